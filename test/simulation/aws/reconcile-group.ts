import type { Account, Group, Machine } from './account.ts';
import { NATURE, noteActivity } from './account.ts';
import { launch, retire } from './machine-life.ts';

const RETRY_SECONDS = 60;

/** Machines that count for the desired capacity. */
export const activeMachines = (group: Group): Machine[] =>
  [...group.machines.values()].filter(
    ({ lifecycle, running }) => (lifecycle === 'Pending' && running) || lifecycle === 'InService',
  );

const countIn = (machines: readonly Machine[], zone: string): number =>
  machines.filter((machine) => machine.zone === zone).length;

/** The zone with the fewest machines that has capacity. */
const zoneForLaunch = (account: Account, group: Group): string | undefined => {
  const active = activeMachines(group);
  return group.zones
    .filter((zone) => !account.zonesOut.has(zone))
    .toSorted((a, b) => countIn(active, a) - countIn(active, b))[0];
};

/** Auto Scaling's default: the zone with the most, then the oldest. */
const victim = (active: readonly Machine[]): Machine | undefined =>
  active
    .filter(({ isProtected }) => !isProtected)
    .toSorted((a, b) => countIn(active, b.zone) - countIn(active, a.zone) || a.launchedAt - b.launchedAt)[0];

const reconcile = (account: Account, group: Group): void => {
  if (group.deleting) return;
  let active = activeMachines(group);
  while (active.length < group.desired) {
    const zone = zoneForLaunch(account, group);
    const image = account.images.get(group.template.imageId);
    if (zone === undefined || image?.available !== true) {
      noteActivity(group, account.timeline.now(), {
        Description: 'Launching a new EC2 instance',
        StatusCode: 'Failed',
        Cause: zone === undefined ? 'no zone has capacity' : 'the image is gone',
      });
      reconcileSoon(account, group, RETRY_SECONDS * 1000);
      return;
    }
    launch(account, group, zone, NATURE);
    active = activeMachines(group);
  }
  while (active.length > group.desired) {
    const machine = victim(active);
    if (machine === undefined) return;
    retire(account, machine, NATURE);
    active = activeMachines(group);
  }
};

/** The group will have as many machines as it should some seconds from now. */
export const reconcileSoon = (
  account: Account,
  group: Group,
  milliseconds = account.random.whole(2000, 15_000),
): void => {
  if (group.reconciling) return;
  group.reconciling = true;
  account.timeline.after(milliseconds, () => {
    group.reconciling = false;
    reconcile(account, group);
  });
};
