import type { FleetGroup } from './fleet.ts';

/** Where only one app was asked for, the others count for the budget but are left alone. */
export const onlyAsked = (fleet: readonly FleetGroup[], app: string | undefined): readonly FleetGroup[] =>
  app === undefined
    ? fleet
    : fleet.map((group) =>
        group.app === app ? group : { ...group, skip: 'it was not asked for', waits: true },
      );
