import type { ElasticLoadBalancingV2Client, Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ResourceTag } from '../tags.ts';
import { createRule, deleteRule, readRules } from './listener-rule.ts';

/** The header that reaches a release before it has traffic. */
export const PREVIEW_HEADER = 'x-kiln-preview';

const PRIORITIES = [1, 999] as const;

const isPreviewOf = (rule: Rule, preview: string): boolean =>
  (rule.Conditions ?? []).some(
    (condition) =>
      condition.HttpHeaderConfig?.HttpHeaderName?.toLowerCase() === PREVIEW_HEADER &&
      (condition.HttpHeaderConfig.Values ?? []).includes(preview),
  );

/** The preview rule for that value, if there is one. */
export const findPreviewRule = async (
  listenerArn: string,
  preview: string,
  balancing: ElasticLoadBalancingV2Client,
): Promise<string | undefined> =>
  (await readRules(listenerArn, balancing)).find((rule) => isPreviewOf(rule, preview))?.RuleArn;

/**
 * Attaches a target group to the listener through a header condition: without any rule the balancer would not check
 * its targets' health (`Target.NotInUse`), and with this one no user reaches it.
 */
export const createPreviewRule = async (
  rule: {
    readonly listenerArn: string;
    readonly preview: string;
    readonly targetGroupArn: string;
    readonly tags: readonly ResourceTag[];
  },
  balancing: ElasticLoadBalancingV2Client,
): Promise<string> =>
  (await findPreviewRule(rule.listenerArn, rule.preview, balancing)) ??
  (await createRule(
    {
      listenerArn: rule.listenerArn,
      conditions: [
        {
          Field: 'http-header',
          HttpHeaderConfig: { HttpHeaderName: PREVIEW_HEADER, Values: [rule.preview] },
        },
      ],
      targets: [{ TargetGroupArn: rule.targetGroupArn, Weight: 1 }],
      priorities: PRIORITIES,
      tags: rule.tags,
    },
    balancing,
  ));

/** Removes the preview rule for that value, if there is one. */
export const deletePreviewRule = async (
  listenerArn: string,
  preview: string,
  balancing: ElasticLoadBalancingV2Client,
): Promise<void> => {
  const ruleArn = await findPreviewRule(listenerArn, preview, balancing);
  if (ruleArn !== undefined) await deleteRule(ruleArn, balancing);
};
