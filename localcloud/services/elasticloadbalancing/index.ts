import * as ELB from '@aws-sdk/client-elastic-load-balancing-v2';
import type { CloudContext } from '../../cloud-context.ts';
import { defineService } from '../../service.ts';
import type { Service, ServiceFactory } from '../../service.ts';
import { describeAccountLimits } from './account-limits.ts';
import { createListener, deleteListener, describeListeners, modifyListener } from './listeners.ts';
import { describeLoadBalancerAttributes, modifyLoadBalancerAttributes } from './load-balancer-attributes.ts';
import { createLoadBalancer, deleteLoadBalancer, describeLoadBalancers } from './load-balancers.ts';
import { openElbRecords } from './records.ts';
import { resources } from './resources.ts';
import { createRule, deleteRule, describeRules, modifyRule, setRulePriorities } from './rules.ts';
import type { ElbScope } from './scope.ts';
import { addTags, describeTags, removeTags } from './tags.ts';
import { describeTargetGroupAttributes, modifyTargetGroupAttributes } from './target-group-attributes.ts';
import {
  createTargetGroup,
  deleteTargetGroup,
  describeTargetGroups,
  modifyTargetGroup,
} from './target-groups.ts';
import { deregisterTargets, describeTargetHealth, registerTargets } from './targets.ts';
import { createTraffic } from './traffic.ts';

/** How the service behaves. */
export interface ElasticLoadBalancingOptions {
  /**
   * How long changed rules and deregistered targets read back as changed while traffic still goes where it went, in seconds;
   * 0 unless told. AWS promises no bound for it.
   */
  readonly propagationSeconds?: number;
}

const create = (context: CloudContext, { propagationSeconds = 0 }: ElasticLoadBalancingOptions): Service => {
  const records = openElbRecords(context.store);
  const traffic = createTraffic(context, records, propagationSeconds);
  const scope: ElbScope = { context, records, traffic };
  return defineService(ELB, {
    name: 'elasticloadbalancing',
    signingName: 'elasticloadbalancing',
    protocol: 'query',
    xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
    version: '2015-12-01',
  })(
    {
      AddTags: (input) => addTags(scope, input),
      CreateListener: (input) => createListener(scope, input),
      CreateLoadBalancer: (input) => createLoadBalancer(scope, input),
      CreateRule: (input) => createRule(scope, input),
      CreateTargetGroup: (input) => createTargetGroup(scope, input),
      DeleteListener: (input) => deleteListener(scope, input),
      DeleteLoadBalancer: (input) => deleteLoadBalancer(scope, input),
      DeleteRule: (input) => deleteRule(scope, input),
      DeleteTargetGroup: (input) => deleteTargetGroup(scope, input),
      DeregisterTargets: (input) => deregisterTargets(scope, input),
      DescribeAccountLimits: () => describeAccountLimits(),
      DescribeListeners: (input) => describeListeners(scope, input),
      DescribeLoadBalancerAttributes: (input) => describeLoadBalancerAttributes(scope, input),
      DescribeLoadBalancers: (input) => describeLoadBalancers(scope, input),
      DescribeRules: (input) => describeRules(scope, input),
      DescribeTags: (input) => describeTags(scope, input),
      DescribeTargetGroupAttributes: (input) => describeTargetGroupAttributes(scope, input),
      DescribeTargetGroups: (input) => describeTargetGroups(scope, input),
      DescribeTargetHealth: (input) => describeTargetHealth(scope, input),
      ModifyListener: (input) => modifyListener(scope, input),
      ModifyLoadBalancerAttributes: (input) => modifyLoadBalancerAttributes(scope, input),
      ModifyRule: (input) => modifyRule(scope, input),
      ModifyTargetGroup: (input) => modifyTargetGroup(scope, input),
      ModifyTargetGroupAttributes: (input) => modifyTargetGroupAttributes(scope, input),
      RegisterTargets: (input) => registerTargets(scope, input),
      RemoveTags: (input) => removeTags(scope, input),
      SetRulePriorities: (input) => setRulePriorities(scope, input),
    },
    {
      resources: resources(context),
      lifecycle: { start: () => traffic.start(), stop: () => traffic.stop() },
    },
  );
};

/** Elastic Load Balancing: Application Load Balancers whose listeners are real ports on 127.0.0.1. */
export const createElasticLoadBalancing: ServiceFactory = (context) => create(context, {});

/** The same with options. */
export const createElasticLoadBalancingWith =
  (options: ElasticLoadBalancingOptions): ServiceFactory =>
  (context) =>
    create(context, options);
