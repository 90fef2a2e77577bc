import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { EnvironmentRecord, InstanceInZone, Replacement } from '../model.ts';
import { digestOf } from '../names.ts';
import { choosePlanned, readyOf, stillThere } from './check-recyclable.ts';
import { nextMark } from './raise-mark.ts';
import type { LaunchReplacementsInput } from './replacement-order.ts';

/** Where a batch begins. */
export interface BatchStart {
  /** The group's desired capacity. */
  readonly capacity: number;
  /** ISO 8601. */
  readonly since: string;
}

const toIntent = (
  { groupName, executionArn, batches = 0 }: LaunchReplacementsInput,
  retire: readonly InstanceInZone[],
  { capacity, since }: BatchStart,
  mark: number,
): Replacement => {
  const ids = retire.map(({ instanceId }) => instanceId);
  return {
    executionArn,
    groupName,
    since,
    capacity,
    retire,
    mark,
    clientToken: digestOf([executionArn, String(batches), since, ...ids], 32),
  };
};

/**
 * The batch that somebody left, with those of its machines that are still there; or the one that was planned, and after it
 * those that come in its place if it finds no room. `group` is undefined where the plan has just seen it.
 * @throws NotRecyclableError when none of the planned machines may be replaced now
 */
export const chooseIntents = (
  input: LaunchReplacementsInput,
  record: EnvironmentRecord,
  group: AutoScalingGroup | undefined,
  start: BatchStart,
): readonly [Replacement, ...Replacement[]] => {
  const { retire, otherwise = [] } = input;
  const { replacement } = record;
  if (group !== undefined && replacement?.groupName === input.groupName) {
    const left = stillThere(replacement.retire, group);
    if (left.length > 0) return [{ ...replacement, executionArn: input.executionArn, retire: left }];
  }
  const chosen = group === undefined ? retire : choosePlanned(record, retire, group);
  const others = group === undefined ? otherwise : readyOf(otherwise, group);
  const mark = nextMark(record);
  return [
    toIntent(input, chosen, start, mark),
    ...others.map((machine) => toIntent(input, [machine], start, mark)),
  ];
};
