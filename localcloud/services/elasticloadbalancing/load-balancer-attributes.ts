import type {
  DescribeLoadBalancerAttributesCommandInput,
  DescribeLoadBalancerAttributesCommandOutput,
  ModifyLoadBalancerAttributesCommandInput,
  ModifyLoadBalancerAttributesCommandOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { allAttributes, changeAttributes, oneOf, wholeNumber } from './attributes.ts';
import type { AttributeRules } from './attributes.ts';
import { loadBalancerNotFound } from './errors.ts';
import type { LoadBalancerRecord } from './records.ts';
import type { ElbScope } from './scope.ts';

type Out<T> = Omit<T, '$metadata'>;

const bool = oneOf('true', 'false');

// API reference, LoadBalancerAttribute: those of Application Load Balancers, with their defaults.
const RULES: AttributeRules = {
  'access_logs.s3.enabled': { initial: 'false', refusal: bool },
  'access_logs.s3.bucket': { initial: '' },
  'access_logs.s3.prefix': { initial: '' },
  'connection_logs.s3.enabled': { initial: 'false', refusal: bool },
  'connection_logs.s3.bucket': { initial: '' },
  'connection_logs.s3.prefix': { initial: '' },
  'client_keep_alive.seconds': { initial: '3600', refusal: wholeNumber(60, 604_800) },
  'deletion_protection.enabled': { initial: 'false', refusal: bool },
  'idle_timeout.timeout_seconds': { initial: '60', refusal: wholeNumber(1, 4_000) },
  'ipv6.deny_all_igw_traffic': { initial: 'false', refusal: bool },
  'load_balancing.cross_zone.enabled': { initial: 'true', refusal: oneOf('true') },
  'routing.http.desync_mitigation_mode': {
    initial: 'defensive',
    refusal: oneOf('monitor', 'defensive', 'strictest'),
  },
  'routing.http.drop_invalid_header_fields.enabled': { initial: 'false', refusal: bool },
  'routing.http.preserve_host_header.enabled': { initial: 'false', refusal: bool },
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': { initial: 'false', refusal: bool },
  'routing.http.xff_client_port.enabled': { initial: 'false', refusal: bool },
  'routing.http.xff_header_processing.mode': {
    initial: 'append',
    refusal: oneOf('append', 'preserve', 'remove'),
  },
  'routing.http2.enabled': { initial: 'true', refusal: bool },
  'waf.fail_open.enabled': { initial: 'false', refusal: bool },
  'zonal_shift.config.enabled': { initial: 'false', refusal: bool },
};

// The data plane would have to behave differently for these and does not.
const ONLY_DEFAULT = new Set([
  'access_logs.s3.enabled',
  'connection_logs.s3.enabled',
  'routing.http.xff_client_port.enabled',
  'routing.http.xff_header_processing.mode',
]);

/** How long a connection may be idle, in seconds. */
export const idleSecondsOf = (loadBalancer: LoadBalancerRecord | undefined): number =>
  Number(
    loadBalancer?.attributes['idle_timeout.timeout_seconds'] ??
      RULES['idle_timeout.timeout_seconds']?.initial,
  );

const find = ({ records }: ElbScope, arn: string | undefined): LoadBalancerRecord => {
  const record = records.loadBalancers.get(arn ?? '');
  if (record === undefined) throw loadBalancerNotFound(arn ?? '');
  return record;
};

/** Lists all attributes of a load balancer. */
export const describeLoadBalancerAttributes = (
  scope: ElbScope,
  input: DescribeLoadBalancerAttributesCommandInput,
): Out<DescribeLoadBalancerAttributesCommandOutput> => ({
  Attributes: allAttributes(RULES, find(scope, input.LoadBalancerArn).attributes),
});

/** Changes some attributes of a load balancer. */
export const modifyLoadBalancerAttributes = (
  scope: ElbScope,
  input: ModifyLoadBalancerAttributesCommandInput,
): Out<ModifyLoadBalancerAttributesCommandOutput> => {
  const record = find(scope, input.LoadBalancerArn);
  const attributes = changeAttributes(RULES, record.attributes, input.Attributes ?? [], ONLY_DEFAULT);
  scope.records.loadBalancers.put(record.arn, { ...record, attributes });
  scope.traffic.refreshLoadBalancer(record.arn);
  return { Attributes: allAttributes(RULES, attributes) };
};
