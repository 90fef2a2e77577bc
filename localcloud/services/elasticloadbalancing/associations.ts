import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { forwardTargets } from '../../load-balancer/routing-rules.ts';
import type { ElbRecords } from './records.ts';

/** The target groups that the actions forward to, weight 0 included. */
export const targetGroupsOf = (actions: readonly Action[]): string[] =>
  actions
    .filter(({ Type }) => Type === 'forward')
    .flatMap((action) => forwardTargets(action).map(({ arn }) => arn));

/** For every target group in use, the load balancers whose listeners or rules refer to it (AWS allows one). */
export const associations = (records: ElbRecords): Map<string, Set<string>> => {
  const found = new Map<string, Set<string>>();
  const note = (actions: readonly Action[], loadBalancerArn: string): void => {
    for (const arn of targetGroupsOf(actions)) {
      const balancers = found.get(arn) ?? new Set();
      found.set(arn, balancers.add(loadBalancerArn));
    }
  };
  const balancerOf = new Map<string, string>();
  for (const listener of records.listeners.list()) {
    balancerOf.set(listener.arn, listener.loadBalancerArn);
    note(listener.defaultActions, listener.loadBalancerArn);
  }
  for (const rule of records.rules.list()) {
    const loadBalancerArn = balancerOf.get(rule.listenerArn);
    if (loadBalancerArn !== undefined) note(rule.actions, loadBalancerArn);
  }
  return found;
};
