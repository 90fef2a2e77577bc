import { DescribeRulesCommand, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ElasticLoadBalancingV2Client, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Clock } from '../clock.ts';
import { poll } from '../clock.ts';
import { WeightsNotEffectiveError } from '../errors.ts';
import type { ResourceTag } from '../tags.ts';
import { createRule, readRules } from './listener-rule.ts';

const APP_PRIORITIES = [1000, 48_999] as const;
const DEFAULT_APP_PRIORITY = 49_999;

/** Share of an app's traffic that a target group takes: its weight over the sum of weights. */
export interface Weight {
  readonly targetGroupArn: string;
  /** 0 to 999. */
  readonly weight: number;
}

const describe = (weights: readonly Weight[]): string =>
  weights
    .map(({ targetGroupArn, weight }) => `${targetGroupArn.split('/').at(-2) ?? targetGroupArn}=${weight}`)
    .join(', ');

const toTuples = (weights: readonly Weight[]): { TargetGroupArn: string; Weight: number }[] =>
  weights.map(({ targetGroupArn, weight }) => ({ TargetGroupArn: targetGroupArn, Weight: weight }));

const sorted = (weights: readonly Weight[]): string =>
  JSON.stringify(weights.map(({ targetGroupArn, weight }) => `${targetGroupArn} ${weight}`).toSorted());

/**
 * Creates the rule that carries an app's traffic. Every app answers on hosts that start with its name (`hello.…`); the
 * first app of an environment answers on every host.
 */
export const createAppRule = async (
  rule: {
    readonly listenerArn: string;
    readonly app: string;
    readonly weights: readonly Weight[];
    readonly tags: readonly ResourceTag[];
  },
  balancing: ElasticLoadBalancingV2Client,
): Promise<string> => {
  const rules = await readRules(rule.listenerArn, balancing);
  const isFirst = rules.every(
    (found) => found.IsDefault === true || Number(found.Priority) < APP_PRIORITIES[0],
  );
  const conditions: RuleCondition[] = isFirst
    ? [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }]
    : [{ Field: 'host-header', HostHeaderConfig: { Values: [`${rule.app}.*`] } }];
  return createRule(
    {
      listenerArn: rule.listenerArn,
      conditions,
      targets: toTuples(rule.weights),
      priorities: isFirst ? [DEFAULT_APP_PRIORITY, DEFAULT_APP_PRIORITY] : APP_PRIORITIES,
      tags: rule.tags,
    },
    balancing,
  );
};

/** The weights that the rule has now, as the balancer tells them. */
export const readWeights = async (
  ruleArn: string,
  balancing: ElasticLoadBalancingV2Client,
): Promise<Weight[]> => {
  const { Rules = [] } = await balancing.send(new DescribeRulesCommand({ RuleArns: [ruleArn] }));
  const forward = Rules[0]?.Actions?.find((action) => action.Type === 'forward');
  const groups =
    forward?.ForwardConfig?.TargetGroups ??
    (forward?.TargetGroupArn === undefined ? [] : [{ TargetGroupArn: forward.TargetGroupArn, Weight: 1 }]);
  return groups.map((group) => ({ targetGroupArn: group.TargetGroupArn ?? '', weight: group.Weight ?? 1 }));
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
      return sorted(found) === sorted(weights) ? true : undefined;
    },
  );
  if (effective !== true) throw new WeightsNotEffectiveError(ruleArn, describe(found), describe(weights));
};

/** The rule that sends traffic, not previews, to the target group, if there is one. */
export const findAppRule = async (
  listenerArn: string,
  targetGroupArn: string,
  balancing: ElasticLoadBalancingV2Client,
): Promise<string | undefined> =>
  (await readRules(listenerArn, balancing)).find(
    (rule) =>
      Number(rule.Priority) >= APP_PRIORITIES[0] &&
      (rule.Actions ?? []).some(
        (action) =>
          action.TargetGroupArn === targetGroupArn ||
          (action.ForwardConfig?.TargetGroups ?? []).some((group) => group.TargetGroupArn === targetGroupArn),
      ),
  )?.RuleArn;
