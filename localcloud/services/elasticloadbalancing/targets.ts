import { isIPv4 } from 'node:net';
import type {
  DeregisterTargetsCommandInput,
  DescribeTargetHealthCommandInput,
  DescribeTargetHealthCommandOutput,
  RegisterTargetsCommandInput,
  TargetDescription,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { invalidTarget, tooMany, validationError } from './errors.ts';
import { targetRecordKey } from './records.ts';
import type { TargetGroupRecord, TargetRecord } from './records.ts';
import type { ElbScope } from './scope.ts';
import { deregistrationDelaySeconds } from './target-group-attributes.ts';
import { findTargetGroup } from './target-groups.ts';

type Out<T> = Omit<T, '$metadata'>;

const TARGETS_PER_GROUP = 1_000;

const toRecord = (group: TargetGroupRecord, target: TargetDescription): TargetRecord => {
  const port = target.Port ?? group.port;
  if (port < 1 || port > 65_535)
    throw validationError(`Port '${port}' must be between '1' and '65535' inclusive`);
  return {
    groupArn: group.arn,
    id: target.Id ?? '',
    port,
    ...(target.AvailabilityZone === undefined ? {} : { zone: target.AvailabilityZone }),
  };
};

const checkInstances = async ({ context }: ElbScope, ids: readonly string[]): Promise<void> => {
  const malformed = ids.find((id) => !/^i-[0-9a-f]{8,17}$/.test(id));
  if (malformed !== undefined) throw invalidTarget(`The target ID '${malformed}' is not valid`);
  const { Reservations = [] } = await context.peers.ec2.DescribeInstances(
    { Filters: [{ Name: 'instance-id', Values: [...ids] }] },
    context.asService('elasticloadbalancing.amazonaws.com'),
  );
  const running = new Set(
    Reservations.flatMap(({ Instances = [] }) => Instances)
      .filter(({ State }) => State?.Name === 'running')
      .map(({ InstanceId }) => InstanceId ?? ''),
  );
  const others = ids.filter((id) => !running.has(id));
  if (others.length > 0)
    throw invalidTarget(
      `The following targets are not in a running state and cannot be registered: '${others.join("', '")}'`,
    );
};

/** Registers targets with a group; one that is draining is taken back. */
export const registerTargets = async (
  scope: ElbScope,
  input: RegisterTargetsCommandInput,
): Promise<Record<string, never>> => {
  const { context, records, traffic } = scope;
  const group = findTargetGroup(scope, input.TargetGroupArn);
  const added = (input.Targets ?? []).map((target) => toRecord(group, target));
  const ids = [...new Set(added.map(({ id }) => id))];
  if (group.targetType === 'instance') await checkInstances(scope, ids);
  const notAddress = group.targetType === 'ip' ? ids.find((id) => !isIPv4(id)) : undefined;
  if (notAddress !== undefined)
    throw invalidTarget(`The IP address '${notAddress}' is not a valid IPv4 address`);
  const keys = new Set([...records.targets.keys(`${group.arn} `), ...added.map(targetRecordKey)]);
  if (keys.size > TARGETS_PER_GROUP) throw tooMany('Targets', TARGETS_PER_GROUP);
  context.store.transaction(() => {
    for (const target of added) records.targets.put(targetRecordKey(target), target);
  });
  traffic.refreshTargets();
  return {};
};

const registered = (
  { records }: ElbScope,
  group: TargetGroupRecord,
  wanted: TargetDescription,
): TargetRecord[] =>
  records.targets
    .list(`${group.arn} `)
    .filter(({ id, port }) => id === wanted.Id && (wanted.Port === undefined || wanted.Port === port));

/**
 * Deregisters targets: they get no new requests and stay `draining` for the group's whole deregistration delay. In a group
 * that no rule refers to they go as soon as they serve nothing any more.
 */
export const deregisterTargets = (
  scope: ElbScope,
  input: DeregisterTargetsCommandInput,
): Record<string, never> => {
  const { context, records, traffic } = scope;
  const group = findTargetGroup(scope, input.TargetGroupArn);
  const drainingUntil = context.clock.now() + deregistrationDelaySeconds(group) * 1_000;
  context.store.transaction(() => {
    for (const target of (input.Targets ?? []).flatMap((wanted) => registered(scope, group, wanted))) {
      if (target.drainingUntil !== undefined) continue;
      records.targets.put(targetRecordKey(target), { ...target, drainingUntil });
    }
  });
  traffic.refreshTargets();
  return {};
};

/** Reports the health of a group's targets, or of those asked for, registered or not. */
export const describeTargetHealth = (
  scope: ElbScope,
  input: DescribeTargetHealthCommandInput,
): Out<DescribeTargetHealthCommandOutput> => {
  const group = findTargetGroup(scope, input.TargetGroupArn);
  const checkPort = (port: number): string =>
    group.healthCheck.port === 'traffic-port' ? String(port) : group.healthCheck.port;
  const present = (record: TargetRecord): TargetHealthDescription => ({
    Target: {
      Id: record.id,
      Port: record.port,
      ...(record.zone === undefined ? {} : { AvailabilityZone: record.zone }),
    },
    HealthCheckPort: checkPort(record.port),
    TargetHealth: scope.traffic.health(record),
  });
  if (input.Targets === undefined || input.Targets.length === 0)
    return { TargetHealthDescriptions: scope.records.targets.list(`${group.arn} `).map(present) };
  return {
    TargetHealthDescriptions: input.Targets.flatMap((wanted) => {
      const found = registered(scope, group, wanted);
      if (found.length > 0) return found.map(present);
      const Port = wanted.Port ?? group.port;
      return [
        {
          Target: { Id: wanted.Id, Port },
          HealthCheckPort: checkPort(Port),
          TargetHealth: {
            State: 'unused' as const,
            Reason: 'Target.NotRegistered' as const,
            Description: 'Target is not registered to the target group',
          },
        },
      ];
    }),
  };
};
