import { DescribeRulesCommand, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ElasticLoadBalancingV2Client, Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Clock } from '../clock.ts';
import { poll } from '../clock.ts';
import { WeightsNotEffectiveError } from '../errors.ts';
import type { ResourceTag } from '../tags.ts';
import { createRule, forwardsTo } from './listener-rule.ts';

const APP_PRIORITIES = [1000, 48_999] as const;
const DEFAULT_APP_PRIORITY = 49_999;

/** Share of an app's traffic that a target group takes: its weight over the sum of weights. */
export interface Weight {
  readonly targetGroupArn: string;
  /** 0 to 999. */
  readonly weight: number;
}

/** The weights for people: the target groups' names with their weights. */
export const describeWeights = (weights: readonly Weight[]): string =>
  weights
    .map(({ targetGroupArn, weight }) => `${targetGroupArn.split('/').at(-2) ?? targetGroupArn}=${weight}`)
    .join(', ');

const toTuples = (weights: readonly Weight[]): { TargetGroupArn: string; Weight: number }[] =>
  weights.map(({ targetGroupArn, weight }) => ({ TargetGroupArn: targetGroupArn, Weight: weight }));

const sorted = (weights: readonly Weight[]): string =>
  JSON.stringify(weights.map(({ targetGroupArn, weight }) => `${targetGroupArn} ${weight}`).toSorted());

/** Whether both are the same weights of the same target groups. */
export const isSameWeights = (a: readonly Weight[], b: readonly Weight[]): boolean => sorted(a) === sorted(b);

const carries = (rule: Rule, targetGroupArn: string): boolean =>
  Number(rule.Priority) >= APP_PRIORITIES[0] && forwardsTo(rule, targetGroupArn);

/**
 * Creates the rule that carries an app's traffic, to one target group, or finds it. Every app answers on hosts that start
 * with its name (`hello.…`); the first app of an environment answers on every host.
 */
export const createAppRule = (
  rule: {
    readonly listenerArn: string;
    readonly app: string;
    readonly targetGroupArn: string;
    readonly tags: readonly ResourceTag[];
  },
  balancing: ElasticLoadBalancingV2Client,
): Promise<string> =>
  createRule(
    {
      listenerArn: rule.listenerArn,
      isMade: (existing) => carries(existing, rule.targetGroupArn),
      describe: (existing) => {
        const isFirst = existing.every(
          ({ IsDefault, Priority }) => IsDefault === true || Number(Priority) < APP_PRIORITIES[0],
        );
        return {
          conditions: isFirst
            ? [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }]
            : [{ Field: 'host-header', HostHeaderConfig: { Values: [`${rule.app}.*`] } }],
          targets: [{ TargetGroupArn: rule.targetGroupArn, Weight: 1 }],
          priorities: isFirst ? [DEFAULT_APP_PRIORITY, DEFAULT_APP_PRIORITY] : APP_PRIORITIES,
          tags: rule.tags,
        };
      },
    },
    balancing,
  );

/** The one of the listener's rules that sends traffic, not previews, to the target group, if there is one. */
export const findAppRule = (rules: readonly Rule[], targetGroupArn: string): Rule | undefined =>
  rules.find((rule) => carries(rule, targetGroupArn));

/** The weights of a rule as the balancer describes it; none where it forwards nothing. */
export const weightsOf = (rule: Rule | undefined): Weight[] => {
  const forward = rule?.Actions?.find((action) => action.Type === 'forward');
  const groups =
    forward?.ForwardConfig?.TargetGroups ??
    (forward?.TargetGroupArn === undefined ? [] : [{ TargetGroupArn: forward.TargetGroupArn, Weight: 1 }]);
  return groups.map((group) => ({ targetGroupArn: group.TargetGroupArn ?? '', weight: group.Weight ?? 1 }));
};

/** The weights that the rule has now, as the balancer tells them. */
export const readWeights = async (
  ruleArn: string,
  balancing: ElasticLoadBalancingV2Client,
): Promise<Weight[]> => {
  const { Rules = [] } = await balancing.send(new DescribeRulesCommand({ RuleArns: [ruleArn] }));
  return weightsOf(Rules[0]);
};

/**
 * Sets the weights, all of them, since a change replaces the whole action, and reads them back.
 * @throws WeightsNotEffectiveError when the rule shows others after 30 s
 */
export const setWeights = async (
  ruleArn: string,
  weights: readonly Weight[],
  deps: { readonly balancing: ElasticLoadBalancingV2Client; readonly clock: Clock },
): Promise<void> => {
  await deps.balancing.send(
    new ModifyRuleCommand({
      RuleArn: ruleArn,
      Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: toTuples(weights) } }],
    }),
  );
  let found: Weight[] = [];
  const effective = await poll(
    deps.clock,
    { intervalMilliseconds: 500, timeoutMilliseconds: 30_000 },
    async () => {
      found = await readWeights(ruleArn, deps.balancing);
      return isSameWeights(found, weights) ? true : undefined;
    },
  );
  if (effective !== true)
    throw new WeightsNotEffectiveError(ruleArn, describeWeights(found), describeWeights(weights));
};
