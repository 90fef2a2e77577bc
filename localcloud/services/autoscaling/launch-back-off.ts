import type { GroupRecord, InstanceRecord, SubnetRecord } from './records.ts';
import type { AutoScalingScope } from './scope.ts';

const FIRST_MILLISECONDS = 2_000;
const MAX_MILLISECONDS = 300_000;

/** An instance that ends by itself within this time counts as a failed launch; one that lives longer ends the back-off. */
export const SETTLED_MILLISECONDS = 60_000;

/** Until when the group waits after `failures` failed launches in a row: 2 s, 4 s, 8 s … 5 min. */
export const backOffMilliseconds = (failures: number): number =>
  Math.min(MAX_MILLISECONDS, FIRST_MILLISECONDS * 2 ** Math.max(0, failures - 1));

/** Notes a failed launch, in a zone without capacity when one is named; several at the same time count once. */
export const noteFailure = (
  { context, records }: AutoScalingScope,
  name: string,
  fullZone?: string,
): void => {
  const group = records.groups.get(name);
  if (group === undefined) return;
  const now = context.clock.now();
  const before = group.backOff;
  const zones = [...new Set([...(before?.zones ?? []), ...(fullZone === undefined ? [] : [fullZone])])];
  const failures = (before?.failures ?? 0) + 1;
  const backOff =
    before !== undefined && before.until > now
      ? before
      : { failures, failedAt: now, until: now + backOffMilliseconds(failures) };
  records.changeGroup(name, { backOff: { ...backOff, zones } });
};

/** The subnets whose zones had capacity of late; all, when none had. */
export const openSubnets = ({ subnets, backOff }: GroupRecord): readonly SubnetRecord[] => {
  const open = subnets.filter(({ zone }) => backOff?.zones?.includes(zone) !== true);
  return open.length === 0 ? subnets : open;
};

/** Ends the back-off when one of the instances in service was launched after the last failure and has lived long enough. */
export const noteSettled = (
  { context, records }: AutoScalingScope,
  name: string,
  inService: readonly InstanceRecord[],
): void => {
  const group = records.groups.get(name);
  if (group?.backOff === undefined) return;
  const { failedAt } = group.backOff;
  const settled = context.clock.now() - SETTLED_MILLISECONDS;
  if (
    !inService.some(
      ({ launchedAt, inServiceAt = Infinity }) => launchedAt >= failedAt && inServiceAt <= settled,
    )
  )
    return;
  const { backOff: _, ...kept } = group;
  records.groups.put(name, kept);
};

/** May the group launch now? */
export const mayLaunch = ({ context }: AutoScalingScope, group: GroupRecord): boolean =>
  !group.suspended.includes('Launch') &&
  (group.backOff === undefined || group.backOff.until <= context.clock.now());
