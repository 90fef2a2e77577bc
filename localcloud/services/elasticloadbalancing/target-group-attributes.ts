import type {
  DescribeTargetGroupAttributesCommandInput,
  DescribeTargetGroupAttributesCommandOutput,
  ModifyTargetGroupAttributesCommandInput,
  ModifyTargetGroupAttributesCommandOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Algorithm } from '../../load-balancer/target-pool.ts';
import { allAttributes, changeAttributes, oneOf, wholeNumber } from './attributes.ts';
import type { AttributeRules } from './attributes.ts';
import { targetGroupNotFound } from './errors.ts';
import type { TargetGroupRecord } from './records.ts';
import type { ElbScope } from './scope.ts';

type Out<T> = Omit<T, '$metadata'>;

const DELAY = 'deregistration_delay.timeout_seconds';
const ALGORITHM = 'load_balancing.algorithm.type';

// API reference, TargetGroupAttribute: those of Application Load Balancers, with their defaults.
const RULES: AttributeRules = {
  [DELAY]: { initial: '300', refusal: wholeNumber(0, 3_600) },
  'stickiness.enabled': { initial: 'false', refusal: oneOf('true', 'false') },
  'stickiness.type': { initial: 'lb_cookie', refusal: oneOf('lb_cookie', 'app_cookie') },
  'stickiness.lb_cookie.duration_seconds': { initial: '86400', refusal: wholeNumber(1, 604_800) },
  'stickiness.app_cookie.cookie_name': { initial: '' },
  'stickiness.app_cookie.duration_seconds': { initial: '86400', refusal: wholeNumber(1, 604_800) },
  'slow_start.duration_seconds': { initial: '0', refusal: wholeNumber(0, 900) },
  [ALGORITHM]: {
    initial: 'round_robin',
    refusal: oneOf('round_robin', 'least_outstanding_requests', 'weighted_random'),
  },
  'load_balancing.algorithm.anomaly_mitigation': { initial: 'off', refusal: oneOf('on', 'off') },
  'load_balancing.cross_zone.enabled': {
    initial: 'use_load_balancer_configuration',
    refusal: oneOf('true', 'false', 'use_load_balancer_configuration'),
  },
  'target_group_health.dns_failover.minimum_healthy_targets.count': { initial: '1' },
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': { initial: 'off' },
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': { initial: '1' },
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': { initial: 'off' },
};

// The data plane would have to behave differently for these and does not.
const ONLY_DEFAULT = new Set([
  'stickiness.enabled',
  'slow_start.duration_seconds',
  'load_balancing.algorithm.anomaly_mitigation',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage',
]);

const ALGORITHMS: readonly Algorithm[] = ['round_robin', 'least_outstanding_requests', 'weighted_random'];

/** How long a deregistered target of the group drains, in seconds. */
export const deregistrationDelaySeconds = ({ attributes }: TargetGroupRecord): number =>
  Number(attributes[DELAY] ?? RULES[DELAY]?.initial);

/** How requests are spread over the group's targets. */
export const algorithmOf = ({ attributes }: TargetGroupRecord): Algorithm =>
  ALGORITHMS.find((algorithm) => algorithm === attributes[ALGORITHM]) ?? 'round_robin';

const find = ({ records }: ElbScope, arn: string | undefined): TargetGroupRecord => {
  const record = records.targetGroups.get(arn ?? '');
  if (record === undefined) throw targetGroupNotFound(arn ?? '');
  return record;
};

/** Lists all attributes of a target group. */
export const describeTargetGroupAttributes = (
  scope: ElbScope,
  input: DescribeTargetGroupAttributesCommandInput,
): Out<DescribeTargetGroupAttributesCommandOutput> => ({
  Attributes: allAttributes(RULES, find(scope, input.TargetGroupArn).attributes),
});

/** Changes some attributes of a target group; a new deregistration delay holds for later deregistrations. */
export const modifyTargetGroupAttributes = (
  scope: ElbScope,
  input: ModifyTargetGroupAttributesCommandInput,
): Out<ModifyTargetGroupAttributesCommandOutput> => {
  const record = find(scope, input.TargetGroupArn);
  const attributes = changeAttributes(RULES, record.attributes, input.Attributes ?? [], ONLY_DEFAULT);
  scope.records.targetGroups.put(record.arn, { ...record, attributes });
  scope.traffic.refreshTargets();
  return { Attributes: allAttributes(RULES, attributes) };
};
