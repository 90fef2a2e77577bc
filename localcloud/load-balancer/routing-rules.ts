import type {
  Action,
  FixedResponseActionConfig,
  RedirectActionConfig,
  RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { compileConditions } from './conditions.ts';
import type { Matches } from './conditions.ts';
import type { RoutedRequest } from './routed-request.ts';
import type { TargetPool } from './target-pool.ts';
import { weightedChoice } from './weighted-choice.ts';

/** A rule of a listener, in the order in which it is tried; the default rule has no conditions and is last. */
export interface RoutingRule {
  readonly conditions: readonly RuleCondition[];
  readonly actions: readonly Action[];
}

/** What becomes of a request. A forward without a pool has nowhere to go: 503. */
export type Decision =
  | { readonly kind: 'forward'; readonly pool: TargetPool | undefined }
  | { readonly kind: 'fixed-response'; readonly config: FixedResponseActionConfig }
  | { readonly kind: 'redirect'; readonly config: RedirectActionConfig };

/** Decides for a request; undefined when no rule applies. */
export type Route = (request: RoutedRequest) => Decision | undefined;

/** The target groups of a forward action with their weights; a weight that is not given is 1. */
export const forwardTargets = (action: Action): { readonly arn: string; readonly weight: number }[] => {
  const tuples = action.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action.TargetGroupArn }];
  return tuples.map(({ TargetGroupArn, Weight }) => ({ arn: TargetGroupArn ?? '', weight: Weight ?? 1 }));
};

const compileAction = (
  action: Action,
  poolOf: (arn: string) => TargetPool,
  fraction: () => number,
): (() => Decision) => {
  if (action.FixedResponseConfig !== undefined) {
    const decision: Decision = { kind: 'fixed-response', config: action.FixedResponseConfig };
    return () => decision;
  }
  if (action.RedirectConfig !== undefined) {
    const decision: Decision = { kind: 'redirect', config: action.RedirectConfig };
    return () => decision;
  }
  const choose = weightedChoice(
    forwardTargets(action).map(({ arn, weight }) => ({ weight, pool: poolOf(arn) })),
    fraction(),
  );
  return () => ({ kind: 'forward', pool: choose()?.pool });
};

/** Compiles a listener's rules; the first whose conditions all hold decides. `fraction` draws from [0, 1). */
export const compileRules = (
  rules: readonly RoutingRule[],
  poolOf: (arn: string) => TargetPool,
  fraction: () => number,
): Route => {
  const compiled: { matches: Matches; decide: () => Decision }[] = rules.flatMap(({ conditions, actions }) =>
    actions.slice(-1).map((action) => ({
      matches: compileConditions(conditions),
      decide: compileAction(action, poolOf, fraction),
    })),
  );
  return (request) => compiled.find(({ matches }) => matches(request))?.decide();
};
