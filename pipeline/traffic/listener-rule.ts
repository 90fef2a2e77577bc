import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2ServiceException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type {
  ElasticLoadBalancingV2Client,
  Rule,
  RuleCondition,
  TargetGroupTuple,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ResourceTag } from '../tags.ts';

const CREATE_ATTEMPTS = 20;

/** A rule to be put on a listener. */
export interface NewRule {
  readonly conditions: readonly RuleCondition[];
  readonly targets: readonly TargetGroupTuple[];
  /** The lowest free priority in this range is taken. */
  readonly priorities: readonly [lowest: number, highest: number];
  readonly tags: readonly ResourceTag[];
}

/** All rules of the listener, the default one included. */
export const readRules = async (
  listenerArn: string,
  balancing: ElasticLoadBalancingV2Client,
): Promise<Rule[]> => {
  const rules: Rule[] = [];
  let marker: string | undefined;
  do {
    const page = await balancing.send(
      new DescribeRulesCommand({
        ListenerArn: listenerArn,
        ...(marker === undefined ? {} : { Marker: marker }),
      }),
    );
    rules.push(...(page.Rules ?? []));
    marker = page.NextMarker;
  } while (marker !== undefined);
  return rules;
};

const lowestFree = (rules: readonly Rule[], [lowest, highest]: readonly [number, number]): number => {
  const taken = new Set(rules.map((rule) => rule.Priority));
  for (let priority = lowest; priority <= highest; priority += 1) {
    if (!taken.has(String(priority))) return priority;
  }
  throw new Error(`listener has no free rule priority from ${lowest} to ${highest}`);
};

/** ARNs of the target groups that the rule's traffic, or a part of it, goes to. */
export const targetGroupsOf = (rule: Rule): string[] =>
  (rule.Actions ?? []).flatMap(({ TargetGroupArn, ForwardConfig }) =>
    [TargetGroupArn, ...(ForwardConfig?.TargetGroups ?? []).map((group) => group.TargetGroupArn)].filter(
      (arn) => arn !== undefined,
    ),
  );

/** Whether the rule's traffic, or a part of it, goes to the target group. */
export const forwardsTo = (rule: Rule, targetGroupArn: string): boolean =>
  targetGroupsOf(rule).includes(targetGroupArn);

/**
 * Creates a rule, or finds the one that an earlier call made and whose answer was lost, and gives its ARN. What it is to
 * be follows from the rules that are there, and is asked again after a lost race for a priority.
 */
export const createRule = async (
  rule: {
    readonly listenerArn: string;
    readonly isMade: (existing: Rule) => boolean;
    readonly describe: (existing: readonly Rule[]) => NewRule;
  },
  balancing: ElasticLoadBalancingV2Client,
): Promise<string> => {
  for (let attempt = 1; ; attempt += 1) {
    const existing = await readRules(rule.listenerArn, balancing);
    const made = existing.find(rule.isMade)?.RuleArn;
    if (made !== undefined) return made;
    const { conditions, targets, priorities, tags } = rule.describe(existing);
    const priority = lowestFree(existing, priorities);
    try {
      const { Rules = [] } = await balancing.send(
        new CreateRuleCommand({
          ListenerArn: rule.listenerArn,
          Priority: priority,
          Conditions: [...conditions],
          Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [...targets] } }],
          Tags: [...tags],
        }),
      );
      return Rules[0]?.RuleArn ?? '';
    } catch (error) {
      // Someone else took the priority between the look and the call, or an answer was lost.
      const taken =
        error instanceof ElasticLoadBalancingV2ServiceException && error.name.startsWith('PriorityInUse');
      if (!taken || attempt >= CREATE_ATTEMPTS) throw error;
    }
  }
};

/** Deletes the rule; one that is gone already is fine. */
export const deleteRule = async (ruleArn: string, balancing: ElasticLoadBalancingV2Client): Promise<void> => {
  try {
    await balancing.send(new DeleteRuleCommand({ RuleArn: ruleArn }));
  } catch (error) {
    const gone =
      error instanceof ElasticLoadBalancingV2ServiceException && error.name.startsWith('RuleNotFound');
    if (!gone) throw error;
  }
};
