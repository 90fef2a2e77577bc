import type { StateRun } from '#cli/progress/execution-states';

/** The states from the drop until all traffic is on the new machines, in order. */
const STATES = [
  'ReceiveArtifact',
  'BakeImage',
  'SmokeTestImage',
  'RegisterRelease',
  'PlanRollout',
  'StartRollout',
  'WaitForHealthyTargets',
  'ShiftTraffic',
] as const;

/** Milliseconds by name of the state; `Delivery` is from the drop to the first one, `Between` the sum of all gaps. */
export type Ledger = Readonly<Record<(typeof STATES)[number] | 'Delivery' | 'Between', number>>;

/** What a release took, from just before the artifact was put until its traffic was shifted. */
export interface ReleaseTime {
  readonly milliseconds: number;
  readonly ledger: Ledger;
}

/** Reads the time of a release out of its execution history. Throws when a state is missing. */
export function releaseLedger(droppedAt: number, runs: readonly StateRun[]): ReleaseTime {
  const entries: [string, number][] = [];
  let before = droppedAt;
  let between = 0;
  for (const state of STATES) {
    const run = runs.find((candidate) => candidate.state === state);
    if (run?.exitedAt === undefined) throw new Error(`state '${state}' is not in the history of the release`);
    const entered = run.enteredAt.getTime();
    if (entries.length === 0) entries.push(['Delivery', entered - before]);
    else between += entered - before;
    before = run.exitedAt.getTime();
    entries.push([state, before - entered]);
  }
  const ledger = Object.fromEntries([...entries, ['Between', between]]) as Ledger;
  return { milliseconds: before - droppedAt, ledger };
}
