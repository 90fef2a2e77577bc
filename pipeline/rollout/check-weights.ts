import { RuleOccupiedError, TrafficDriftError } from '../errors.ts';
import type { Deployment } from '../model.ts';
import { describeWeights, isSameWeights } from '../traffic/app-rule.ts';
import type { Weight } from '../traffic/app-rule.ts';

const withoutIdle = (weights: readonly Weight[]): readonly Weight[] =>
  weights.filter(({ weight }) => weight > 0);

/** Same shares of the traffic: who has none does not matter, nor what the weights add up to when one has all. */
const isSameSplit = (a: readonly Weight[], b: readonly Weight[]): boolean => {
  const [left, right] = [withoutIdle(a), withoutIdle(b)];
  if (left.length === 1 && right.length === 1) return left[0]?.targetGroupArn === right[0]?.targetGroupArn;
  return isSameWeights(left, right);
};

/**
 * The rule must split the traffic in one of the ways that the rollout itself set.
 * @throws TrafficDriftError when somebody changed it, RuleOccupiedError when it carries a target group of someone else
 */
export const checkWeights = (
  ruleArn: string,
  found: readonly Weight[],
  allowed: readonly (readonly Weight[])[],
  blue: Pick<Deployment, 'targetGroupArn'> | undefined,
): void => {
  const ours = new Set(allowed.flat().map(({ targetGroupArn }) => targetGroupArn));
  const foreign = found.filter(({ targetGroupArn }) => !ours.has(targetGroupArn));
  if (foreign.length > 0) throw new RuleOccupiedError(ruleArn, describeWeights(foreign));
  if (blue === undefined || allowed.some((weights) => isSameSplit(weights, found))) return;
  throw new TrafficDriftError(ruleArn, describeWeights(found), describeWeights(allowed.at(-1) ?? []));
};
