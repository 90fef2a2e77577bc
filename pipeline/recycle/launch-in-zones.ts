import { LaunchInstancesCommand } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient, LaunchInstancesError } from '@aws-sdk/client-auto-scaling';
import { MachinesKeepFailingError } from '../errors.ts';
import { NoCapacityError } from '../disruption/errors.ts';
import type { InstanceId, InstanceInZone, Replacement } from '../model.ts';
import { countByZone, otherZone } from './choose-zones.ts';
import { readMachineGroup } from '../rollout/machine-group.ts';
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

/** What each zone has once the batch is done. */
const readZonesAfter = async (
  { groupName, retire }: Pick<Replacement, 'groupName' | 'retire'>,
  launched: readonly InstanceInZone[],
  autoScaling: AutoScalingClient,
): Promise<Map<string, number>> => {
  const { Instances = [], AvailabilityZones } = (await readMachineGroup(groupName, autoScaling)) ?? {};
  // Whether it lists them already or not.
  const known = new Set<string>([...retire, ...launched].map(({ instanceId }) => instanceId));
  const others = Instances.filter(isStaying)
    .map(inZone)
    .filter(({ instanceId }) => !known.has(instanceId));
  return countByZone([...others, ...launched], AvailabilityZones);
};

/**
 * Launches as many machines in each zone as are to be retired there. Where a zone has no room, the emptiest other takes
 * them, if the zones then differ by one machine at most; what no zone takes waits for another plan.
 * @throws NoCapacityError when none could be launched, MachinesKeepFailingError
 */
export const launchInZones = async (
  replacement: Pick<Replacement, 'groupName' | 'clientToken' | 'retire'>,
  autoScaling: AutoScalingClient,
): Promise<readonly InstanceInZone[]> => {
  const { groupName, retire } = replacement;
  const launched: InstanceInZone[] = [];
  const full = new Set<string>();
  const missing: string[] = [];
  let refusal: LaunchInstancesError | undefined;
  const note = ({ launched: found, error }: Launch, zone: string, count: number): void => {
    launched.push(...found);
    if (found.length < count) full.add(zone);
    refusal ??= error;
  };
  for (const [zone, count] of countByZone(retire)) {
    const result = await launch(replacement, { zone, from: zone, count }, autoScaling);
    note(result, zone, count);
    for (let left = result.launched.length; left < count; left += 1) missing.push(zone);
    if (launched.length === 0) refuseOthers(groupName, result.error);
  }
  const after = missing.length === 0 ? undefined : await readZonesAfter(replacement, launched, autoScaling);
  for (const from of new Set(missing)) {
    const zone = after && otherZone(after, full);
    if (zone === undefined) break;
    // One at a time: the zones are balanced before and after.
    const result = await launch(replacement, { zone, from, count: 1 }, autoScaling);
    note(result, zone, 1);
    after?.set(zone, (after.get(zone) ?? 0) + result.launched.length);
  }
  if (launched.length === 0) {
    const reason = refusal === undefined ? 'nothing was launched and no reason given' : describe(refusal);
    throw new NoCapacityError(groupName, [...full].join("', '"), reason);
  }
  return launched;
};
