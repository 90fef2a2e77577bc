import type { ElasticLoadBalancingV2Client, Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ResourceTag } from '../tags.ts';
import { createRule, deleteRule, forwardsTo, readRules } from './listener-rule.ts';

/** The header that reaches a release before it has traffic. */
export const PREVIEW_HEADER = 'x-kiln-preview';

const PRIORITIES = [1, 999] as const;

const isPreviewOf = (rule: Rule, preview: string): boolean =>
  (rule.Conditions ?? []).some(
    (condition) =>
      condition.HttpHeaderConfig?.HttpHeaderName?.toLowerCase() === PREVIEW_HEADER &&
      (condition.HttpHeaderConfig.Values ?? []).includes(preview),
  );

/**
 * Attaches a target group to the listener through a header condition, if it is not attached yet: without any rule the
 * balancer would not check its targets' health (`Target.NotInUse`), and with this one no user reaches it.
 */
export const createPreviewRule = (
  rule: {
    readonly listenerArn: string;
    readonly preview: string;
    readonly targetGroupArn: string;
    readonly tags: readonly ResourceTag[];
  },
  balancing: ElasticLoadBalancingV2Client,
): Promise<string> =>
  createRule(
    {
      listenerArn: rule.listenerArn,
      isMade: (existing) => isPreviewOf(existing, rule.preview) && forwardsTo(existing, rule.targetGroupArn),
      describe: () => ({
        conditions: [
          {
            Field: 'http-header',
            HttpHeaderConfig: { HttpHeaderName: PREVIEW_HEADER, Values: [rule.preview] },
          },
        ],
        targets: [{ TargetGroupArn: rule.targetGroupArn, Weight: 1 }],
        priorities: PRIORITIES,
        tags: rule.tags,
      }),
    },
    balancing,
  );

/** Those of the listener's rules that lead to a preview. */
export const findPreviewRules = (rules: readonly Rule[], preview: string): string[] =>
  rules.filter((rule) => isPreviewOf(rule, preview)).map(({ RuleArn = '' }) => RuleArn);

/** Removes the preview rules for that value, if there are any. */
export const deletePreviewRule = async (
  listenerArn: string,
  preview: string,
  balancing: ElasticLoadBalancingV2Client,
): Promise<void> => {
  for (const ruleArn of findPreviewRules(await readRules(listenerArn, balancing), preview))
    await deleteRule(ruleArn, balancing);
};
