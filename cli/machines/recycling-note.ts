import type { EnvironmentRecord } from '#pipeline/model';
import { ageOf } from '../age.ts';
import { withClockTimes } from '../clock-time.ts';

/** Why the machines that serve an app are not replaced for their age; undefined when nothing keeps them. */
export const recyclingNote = (
  { current, recycling }: Pick<EnvironmentRecord, 'current' | 'recycling'>,
  now: Date,
): string | undefined => {
  // What is known of another group is no longer true.
  if (recycling === undefined || recycling.groupName !== current?.groupName) return undefined;
  const { blockedSince, failures, lastFailure = 'no reason given', skipped } = recycling;
  const times = failures === 1 ? 'once' : `${failures} times`;
  const failed = `the replacements failed ${times}: ${withClockTimes(lastFailure, now)}`;
  if (blockedSince !== undefined) return `blocked for ${ageOf(blockedSince, now)}, ${failed}`;
  if (skipped !== undefined)
    return `passed over ${ageOf(skipped.at, now)} ago: ${withClockTimes(skipped.reason, now)}`;
  return failures > 0 ? failed : undefined;
};

/** Why one machine stays though it is due; undefined when nothing keeps it. */
export const passedOverNote = (
  { passedOver = [] }: Pick<EnvironmentRecord, 'passedOver'>,
  instanceId: string,
  now: Date,
): string | undefined => {
  const found = passedOver.find((machine) => machine.instanceId === instanceId);
  return found === undefined ? undefined : `passed over for ${ageOf(found.since, now)}: it ${found.reason}`;
};
