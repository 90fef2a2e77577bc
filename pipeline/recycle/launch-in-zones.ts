import { LaunchInstancesCommand } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient, AutoScalingGroup, LaunchInstancesError } from '@aws-sdk/client-auto-scaling';
import { MachinesKeepFailingError } from '../errors.ts';
import { NoCapacityError } from '../disruption/errors.ts';
import type { InstanceId, InstanceInZone, Replacement } from '../model.ts';
import { countByZone, otherZone } from './choose-zones.ts';
import { inZone, isStaying } from './describe-group.ts';

/** What LaunchInstances says when EC2 or the account has no room for more (EC2 API reference, error codes). */
const NO_ROOM =
  /^(Insufficient.*|.*LimitExceeded|MaxSpotInstanceCountExceeded|UnfulfillableCapacity|SpotMaxPriceTooLow|Unsupported)$/;

interface Launch {
  readonly launched: readonly InstanceInZone[];
  /** Why it launched fewer than asked. */
  readonly error?: LaunchInstancesError;
}

/** One call, which launches in one zone only. The token has at most 64 characters (API reference of LaunchInstances). */
const launch = async (
  { groupName, clientToken }: Pick<Replacement, 'groupName' | 'clientToken'>,
  { zone, from, count }: { readonly zone: string; readonly from: string; readonly count: number },
  autoScaling: AutoScalingClient,
): Promise<Launch> => {
  const { Instances = [], Errors = [] } = await autoScaling.send(
    new LaunchInstancesCommand({
      AutoScalingGroupName: groupName,
      RequestedCapacity: count,
      ClientToken: `${clientToken}-${zone}${zone === from ? '' : `-${from}`}`.slice(0, 64),
      AvailabilityZones: [zone],
      // With the other strategy Auto Scaling would go on trying by itself, in any zone.
      RetryStrategy: 'none',
    }),
  );
  const launched = Instances.flatMap(({ InstanceIds = [], AvailabilityZone = zone }) =>
    InstanceIds.map((id) => ({ instanceId: id as InstanceId, zone: AvailabilityZone })),
  );
  return { launched, ...(Errors[0] === undefined ? {} : { error: Errors[0] }) };
};

const describe = ({
  ErrorCode = 'unknown',
  ErrorMessage = 'no reason given',
}: LaunchInstancesError): string => `${ErrorCode}: ${ErrorMessage}`;

/** @throws MachinesKeepFailingError where more room would not help: the image is gone, for example */
const refuseOthers = (groupName: string, error: LaunchInstancesError | undefined): void => {
  if (error !== undefined && !NO_ROOM.test(error.ErrorCode ?? ''))
    throw new MachinesKeepFailingError(groupName, `a replacement could not be launched: ${describe(error)}`);
};

/**
 * Launches as many machines in each zone as are to be retired there. Where a zone has no room, the emptiest other takes
 * them, if the zones then differ by one machine at most; what no zone takes waits for another plan.
 * @throws NoCapacityError when none could be launched, MachinesKeepFailingError
 */
export const launchInZones = async (
  replacement: Pick<Replacement, 'groupName' | 'clientToken' | 'retire'>,
  group: AutoScalingGroup,
  autoScaling: AutoScalingClient,
): Promise<readonly InstanceInZone[]> => {
  const { groupName, retire } = replacement;
  const retiring = new Set<string>(retire.map(({ instanceId }) => instanceId));
  const staying = (group.Instances ?? []).filter(isStaying).map(inZone);
  const after = countByZone(
    staying.filter(({ instanceId }) => !retiring.has(instanceId)),
    group.AvailabilityZones,
  );
  const launched: InstanceInZone[] = [];
  const full = new Set<string>();
  const missing: string[] = [];
  let refusal: LaunchInstancesError | undefined;
  const note = ({ launched: found, error }: Launch, zone: string, count: number): void => {
    launched.push(...found);
    for (const machine of found) after.set(machine.zone, (after.get(machine.zone) ?? 0) + 1);
    if (found.length < count) full.add(zone);
    refusal ??= error;
  };
  for (const [zone, count] of countByZone(retire)) {
    const result = await launch(replacement, { zone, from: zone, count }, autoScaling);
    note(result, zone, count);
    for (let left = result.launched.length; left < count; left += 1) missing.push(zone);
    if (launched.length === 0) refuseOthers(groupName, result.error);
  }
  for (const from of new Set(missing)) {
    const zone = otherZone(after, full);
    if (zone === undefined) break;
    // One at a time: the zones are balanced before and after.
    note(await launch(replacement, { zone, from, count: 1 }, autoScaling), zone, 1);
  }
  if (launched.length === 0) {
    const reason = refusal === undefined ? 'nothing was launched and no reason given' : describe(refusal);
    throw new NoCapacityError(groupName, [...full].join("', '"), reason);
  }
  return launched;
};
