import type {
  CreateLoadBalancerCommandInput,
  CreateLoadBalancerCommandOutput,
  DeleteLoadBalancerCommandInput,
  DescribeLoadBalancersCommandInput,
  DescribeLoadBalancersCommandOutput,
  LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  duplicateLoadBalancer,
  invalidConfiguration,
  loadBalancerNotFound,
  operationNotPermitted,
  subnetNotFound,
  validationError,
} from './errors.ts';
import { removeListener } from './listeners.ts';
import { pageOf } from './pages.ts';
import type { LoadBalancerRecord } from './records.ts';
import { checkResourceName } from './resource-name.ts';
import type { ElbScope } from './scope.ts';
import { checkTags } from './tags.ts';

type Out<T> = Omit<T, '$metadata'>;

const present = (record: LoadBalancerRecord, code: 'active' | 'provisioning'): LoadBalancer => ({
  LoadBalancerArn: record.arn,
  // Every load balancer of the local cloud is this host; their listeners' ports tell them apart.
  DNSName: '127.0.0.1',
  CanonicalHostedZoneId: 'Z00000000000000000000',
  CreatedTime: new Date(record.createdAt),
  LoadBalancerName: record.name,
  Scheme: record.scheme,
  VpcId: record.vpcId,
  State: { Code: code },
  Type: 'application',
  AvailabilityZones: record.zones.map((zone) => ({ ...zone, LoadBalancerAddresses: [] })),
  SecurityGroups: [...record.securityGroups],
  IpAddressType: 'ipv4',
});

const findSubnets = async (
  { context }: ElbScope,
  ids: readonly string[],
): Promise<Pick<LoadBalancerRecord, 'vpcId' | 'zones'>> => {
  const { Subnets = [] } = await context.peers.ec2.DescribeSubnets(
    { Filters: [{ Name: 'subnet-id', Values: [...ids] }] },
    context.asService('elasticloadbalancing.amazonaws.com'),
  );
  const zones = ids.map((SubnetId) => {
    const subnet = Subnets.find((candidate) => candidate.SubnetId === SubnetId);
    if (subnet === undefined) throw subnetNotFound(SubnetId);
    return { ZoneName: subnet.AvailabilityZone ?? '', SubnetId, vpcId: subnet.VpcId ?? '' };
  });
  if (new Set(zones.map(({ ZoneName }) => ZoneName)).size < 2)
    throw validationError('At least two subnets in two different Availability Zones must be specified');
  if (new Set(zones.map(({ ZoneName }) => ZoneName)).size !== zones.length)
    throw invalidConfiguration(
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    );
  const [first] = zones;
  return {
    vpcId: first?.vpcId ?? '',
    zones: zones.map(({ ZoneName, SubnetId }) => ({ ZoneName, SubnetId })),
  };
};

const sameSettings = (left: LoadBalancerRecord, right: LoadBalancerRecord): boolean => {
  const settings = ({ scheme, zones, securityGroups }: LoadBalancerRecord): string =>
    JSON.stringify([scheme, zones.map(({ SubnetId }) => SubnetId).toSorted(), securityGroups.toSorted()]);
  return settings(left) === settings(right);
};

/** Creates an Application Load Balancer; it opens no port before it has a listener. */
export const createLoadBalancer = async (
  scope: ElbScope,
  input: CreateLoadBalancerCommandInput,
): Promise<Out<CreateLoadBalancerCommandOutput>> => {
  const { context, records } = scope;
  const name = checkResourceName('Load balancer', input.Name);
  if (name.startsWith('internal-'))
    throw validationError(`Load balancer name '${name}' cannot begin with 'internal-'`);
  if ((input.Type ?? 'application') !== 'application')
    throw invalidConfiguration(`load balancer type '${input.Type}' is not supported by the local cloud`);
  const subnets = input.Subnets ?? (input.SubnetMappings ?? []).map(({ SubnetId }) => SubnetId ?? '');
  const network = await findSubnets(scope, subnets);
  const record: LoadBalancerRecord = {
    arn: `arn:aws:elasticloadbalancing:${context.region}:${context.accountId}:loadbalancer/app/${name}/${context.random.hex(16)}`,
    name,
    createdAt: context.clock.now(),
    scheme: input.Scheme ?? 'internet-facing',
    ...network,
    securityGroups: input.SecurityGroups ?? [],
    attributes: {},
    tags: checkTags(input.Tags),
  };
  const existing = records.loadBalancers.list().find((candidate) => candidate.name === name);
  if (existing !== undefined) {
    if (!sameSettings(existing, record)) throw duplicateLoadBalancer(name);
    return { LoadBalancers: [present(existing, 'active')] };
  }
  records.loadBalancers.put(record.arn, record);
  return { LoadBalancers: [present(record, 'provisioning')] };
};

/** Lists load balancers: all, or those of the ARNs or names. */
export const describeLoadBalancers = (
  { records }: ElbScope,
  input: DescribeLoadBalancersCommandInput,
): Out<DescribeLoadBalancersCommandOutput> => {
  const arns = input.LoadBalancerArns ?? [];
  const names = input.Names ?? [];
  const all = records.loadBalancers.list();
  const missing =
    arns.find((arn) => !all.some((record) => record.arn === arn)) ??
    names.find((name) => !all.some((record) => record.name === name));
  if (missing !== undefined) throw loadBalancerNotFound(missing);
  const wanted =
    arns.length + names.length === 0
      ? all
      : all.filter(({ arn, name }) => arns.includes(arn) || names.includes(name));
  const { items, ...page } = pageOf(wanted, input);
  return { LoadBalancers: items.map((record) => present(record, 'active')), ...page };
};

/** Deletes a load balancer with its listeners and rules; one that is not there is no error. */
export const deleteLoadBalancer = async (
  scope: ElbScope,
  input: DeleteLoadBalancerCommandInput,
): Promise<Record<string, never>> => {
  const { records, traffic } = scope;
  const record = records.loadBalancers.get(input.LoadBalancerArn ?? '');
  if (record === undefined) return {};
  if (record.attributes['deletion_protection.enabled'] === 'true')
    throw operationNotPermitted(
      `Load balancer '${record.arn}' cannot be deleted because deletion protection is enabled`,
    );
  const listeners = records.listeners.list().filter(({ loadBalancerArn }) => loadBalancerArn === record.arn);
  for (const listener of listeners) await removeListener(scope, listener);
  records.loadBalancers.delete(record.arn);
  traffic.refreshTargets();
  return {};
};
