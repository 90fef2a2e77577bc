import type { EnvironmentRecord, ReleaseRecord } from '#pipeline/model';
import { ageOf } from '../age.ts';
import { endOf } from './execution-state.ts';
import type { ExecutionState } from './execution-state.ts';
import type { Finding } from './finding.ts';

/** What is known of a release that has not come to its end. */
export interface ReleaseFacts {
  readonly record: ReleaseRecord;
  /** Of the release's own execution. */
  readonly state: ExecutionState;
  /** Every app in every environment. */
  readonly apps: readonly EnvironmentRecord[];
}

/** Whether a release says of itself that something is still to come. */
export const isUnderWay = ({ status }: ReleaseRecord): boolean =>
  ['received', 'baked', 'tested', 'rolling-out', 'awaiting-approval'].includes(status);

/** Rolled out, waiting or awaiting approval by an execution that the environment's own findings are about. */
const isElsewhere = ({ record: { releaseId }, apps }: ReleaseFacts): boolean =>
  apps.some(({ lease, waiting, pendingApproval }) =>
    [lease, waiting, pendingApproval].some((holder) => holder?.releaseId === releaseId),
  );

/** A release whose execution was stopped before its end: nothing goes on by itself. */
export const explainRelease = (facts: ReleaseFacts, now: Date): readonly Finding[] => {
  const { record, state } = facts;
  // One that succeeded or failed has said so, or is promoted by another execution.
  if (state === 'RUNNING' || state === 'SUCCEEDED' || isElsewhere(facts)) return [];
  const { app, version, status, updatedAt } = record;
  return [
    {
      check: `${app} ${version}`,
      status: 'note',
      found: `is '${status}' for ${ageOf(updatedAt, now)}, but its execution ${endOf(state)}: it goes no further`,
      remedy: 'drop it again, which is a new release; what served before still serves',
    },
  ];
};
