import type {
  CreateTargetGroupCommandInput,
  CreateTargetGroupCommandOutput,
  DeleteTargetGroupCommandInput,
  DescribeTargetGroupsCommandInput,
  DescribeTargetGroupsCommandOutput,
  ModifyTargetGroupCommandInput,
  ModifyTargetGroupCommandOutput,
  TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { associations } from './associations.ts';
import {
  duplicateTargetGroup,
  invalidConfiguration,
  loadBalancerNotFound,
  targetGroupInUse,
  targetGroupNotFound,
  validationError,
} from './errors.ts';
import { healthCheckSettings } from './health-check-settings.ts';
import { pageOf } from './pages.ts';
import type { TargetGroupRecord } from './records.ts';
import { checkResourceName } from './resource-name.ts';
import type { ElbScope } from './scope.ts';
import { checkTags } from './tags.ts';

type Out<T> = Omit<T, '$metadata'>;

const present = (record: TargetGroupRecord, loadBalancerArns: Iterable<string>): TargetGroup => ({
  TargetGroupArn: record.arn,
  TargetGroupName: record.name,
  Protocol: 'HTTP',
  Port: record.port,
  ...(record.vpcId === undefined ? {} : { VpcId: record.vpcId }),
  HealthCheckProtocol: 'HTTP',
  HealthCheckPort: record.healthCheck.port,
  HealthCheckEnabled: true,
  HealthCheckIntervalSeconds: record.healthCheck.intervalSeconds,
  HealthCheckTimeoutSeconds: record.healthCheck.timeoutSeconds,
  HealthyThresholdCount: record.healthCheck.healthyThreshold,
  UnhealthyThresholdCount: record.healthCheck.unhealthyThreshold,
  HealthCheckPath: record.healthCheck.path,
  Matcher: { HttpCode: record.healthCheck.matcher },
  LoadBalancerArns: [...loadBalancerArns],
  TargetType: record.targetType,
  ProtocolVersion: 'HTTP1',
  IpAddressType: 'ipv4',
});

/** Finds a target group or throws TargetGroupNotFound. */
export const findTargetGroup = ({ records }: ElbScope, arn: string | undefined): TargetGroupRecord => {
  const record = records.targetGroups.get(arn ?? '');
  if (record === undefined) throw targetGroupNotFound(arn ?? '');
  return record;
};

const refuseUnsupported = (input: CreateTargetGroupCommandInput): void => {
  if (input.Protocol !== 'HTTP' || (input.ProtocolVersion ?? 'HTTP1') !== 'HTTP1')
    throw invalidConfiguration(
      `target group protocol '${input.Protocol ?? ''}' ${input.ProtocolVersion ?? ''} is not supported by the local cloud: needed 'HTTP', HTTP1`,
    );
  const type = input.TargetType ?? 'instance';
  if (type !== 'instance' && type !== 'ip')
    throw invalidConfiguration(
      `target type '${type}' is not supported by the local cloud: needed 'instance' or 'ip'`,
    );
};

const sameSettings = (left: TargetGroupRecord, right: TargetGroupRecord): boolean => {
  const settings = ({ port, vpcId, targetType, healthCheck }: TargetGroupRecord): string =>
    JSON.stringify([port, vpcId, targetType, healthCheck]);
  return settings(left) === settings(right);
};

/** Creates a target group; the same name with the same settings answers the one that is there. */
export const createTargetGroup = (
  scope: ElbScope,
  input: CreateTargetGroupCommandInput,
): Out<CreateTargetGroupCommandOutput> => {
  const { context, records } = scope;
  const name = checkResourceName('Target group', input.Name);
  refuseUnsupported(input);
  if (input.Port === undefined || input.Port < 1 || input.Port > 65_535)
    throw validationError(`A port must be specified: got '${input.Port ?? ''}', needed '1' to '65535'`);
  const record: TargetGroupRecord = {
    arn: `arn:aws:elasticloadbalancing:${context.region}:${context.accountId}:targetgroup/${name}/${context.random.hex(16)}`,
    name,
    port: input.Port,
    ...(input.VpcId === undefined ? {} : { vpcId: input.VpcId }),
    targetType: input.TargetType ?? 'instance',
    healthCheck: healthCheckSettings(input),
    attributes: {},
    tags: checkTags(input.Tags),
  };
  const existing = records.targetGroups.list().find((candidate) => candidate.name === name);
  if (existing !== undefined) {
    if (!sameSettings(existing, record)) throw duplicateTargetGroup(name);
    return { TargetGroups: [present(existing, associations(records).get(existing.arn) ?? [])] };
  }
  records.targetGroups.put(record.arn, record);
  return { TargetGroups: [present(record, [])] };
};

/** Lists target groups: all, those of the ARNs or names, or those that a load balancer uses. */
export const describeTargetGroups = (
  { records }: ElbScope,
  input: DescribeTargetGroupsCommandInput,
): Out<DescribeTargetGroupsCommandOutput> => {
  const all = records.targetGroups.list();
  const used = associations(records);
  const arns = input.TargetGroupArns ?? [];
  const names = input.Names ?? [];
  const { LoadBalancerArn } = input;
  const missing =
    arns.find((arn) => !all.some((record) => record.arn === arn)) ??
    names.find((name) => !all.some((record) => record.name === name));
  if (missing !== undefined) throw targetGroupNotFound(missing);
  if (LoadBalancerArn !== undefined && records.loadBalancers.get(LoadBalancerArn) === undefined)
    throw loadBalancerNotFound(LoadBalancerArn);
  const wanted = all.filter(
    ({ arn, name }) =>
      (arns.length === 0 || arns.includes(arn)) &&
      (names.length === 0 || names.includes(name)) &&
      (LoadBalancerArn === undefined || used.get(arn)?.has(LoadBalancerArn) === true),
  );
  const { items, ...page } = pageOf(wanted, input);
  return { TargetGroups: items.map((record) => present(record, used.get(record.arn) ?? [])), ...page };
};

/** Changes the health check settings; they hold from the next check. */
export const modifyTargetGroup = (
  scope: ElbScope,
  input: ModifyTargetGroupCommandInput,
): Out<ModifyTargetGroupCommandOutput> => {
  const { records } = scope;
  const record = findTargetGroup(scope, input.TargetGroupArn);
  const changed = { ...record, healthCheck: healthCheckSettings(input, record.healthCheck) };
  records.targetGroups.put(record.arn, changed);
  return { TargetGroups: [present(changed, associations(records).get(record.arn) ?? [])] };
};

/** Deletes a target group that no listener or rule refers to; its targets go with it. */
export const deleteTargetGroup = (
  { context, records, traffic }: ElbScope,
  input: DeleteTargetGroupCommandInput,
): Record<string, never> => {
  const arn = input.TargetGroupArn ?? '';
  if (records.targetGroups.get(arn) === undefined) return {};
  if (associations(records).has(arn)) throw targetGroupInUse(arn);
  context.store.transaction(() => {
    for (const key of records.targets.keys(`${arn} `)) records.targets.delete(key);
    records.targetGroups.delete(arn);
  });
  traffic.removeGroup(arn);
  return {};
};
