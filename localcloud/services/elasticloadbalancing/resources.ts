import type * as ELB from '@aws-sdk/client-elastic-load-balancing-v2';
import type { CloudContext } from '../../cloud-context.ts';
import type { OperationsOf, ResourcesOf } from '../../service.ts';

const given = (...arns: readonly (string | undefined)[]): string[] =>
  arns.flatMap((arn) => (arn === undefined ? [] : [arn]));

/**
 * The resources of each operation for the permission check (Service Authorization Reference, "Elastic Load Balancing V2");
 * the Describe operations have none.
 */
export const resources = ({
  region,
  accountId,
}: Pick<CloudContext, 'region' | 'accountId'>): ResourcesOf<OperationsOf<typeof ELB>> => {
  const prefix = `arn:aws:elasticloadbalancing:${region}:${accountId}`;
  return {
    AddTags: (input) => input.ResourceArns ?? [],
    RemoveTags: (input) => input.ResourceArns ?? [],
    CreateLoadBalancer: (input) => [`${prefix}:loadbalancer/app/${input.Name ?? ''}/*`],
    CreateTargetGroup: (input) => [`${prefix}:targetgroup/${input.Name ?? ''}/*`],
    CreateListener: (input) => given(input.LoadBalancerArn),
    CreateRule: (input) => given(input.ListenerArn),
    DeleteListener: (input) => given(input.ListenerArn),
    DeleteLoadBalancer: (input) => given(input.LoadBalancerArn),
    DeleteRule: (input) => given(input.RuleArn),
    DeleteTargetGroup: (input) => given(input.TargetGroupArn),
    DeregisterTargets: (input) => given(input.TargetGroupArn),
    ModifyListener: (input) => given(input.ListenerArn),
    ModifyLoadBalancerAttributes: (input) => given(input.LoadBalancerArn),
    ModifyRule: (input) => given(input.RuleArn),
    ModifyTargetGroup: (input) => given(input.TargetGroupArn),
    ModifyTargetGroupAttributes: (input) => given(input.TargetGroupArn),
    RegisterTargets: (input) => given(input.TargetGroupArn),
    SetRulePriorities: (input) => (input.RulePriorities ?? []).flatMap(({ RuleArn }) => given(RuleArn)),
  };
};
