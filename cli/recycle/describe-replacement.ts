import type { InstanceInZone } from '#pipeline/model';
import { countText } from './count-text.ts';
import type { ReplacementNow } from './read-replacement.ts';

const MOST_NAMED = 3;

const namesOf = (machines: readonly InstanceInZone[]): string => {
  const named = machines.slice(0, MOST_NAMED).map(({ instanceId }) => instanceId);
  const left = machines.length - named.length;
  return `${named.join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
};

const ACTIVITIES: Readonly<Record<string, (now: ReplacementNow) => string>> = {
  LaunchReplacements: ({ batch: { retire } }) =>
    `launches ${retire.length} in the place of ${namesOf(retire)}`,
  WaitForReplacements: ({ batch: { launched = [] } }) =>
    `waits until ${namesOf(launched)} ${launched.length === 1 ? 'serves' : 'serve'}`,
  RetireInstances: ({ batch: { retire } }) =>
    `${namesOf(retire)} ${retire.length === 1 ? 'finishes its requests and goes' : 'finish their requests and go'}`,
  AbandonReplacement: () => 'gives up; the old machines serve on',
};

/** What a replacement does now, for people. */
export const describeReplacement = (now: ReplacementNow): string => {
  const { replaced = 0 } = now.batch;
  const activity = ACTIVITIES[now.state]?.(now) ?? now.state;
  return replaced === 0 ? activity : `${countText(replaced, 'machine')} replaced; ${activity}`;
};
