import type { StateRun } from './execution-states.ts';

/** A rollout's later states tidy up; the release is live before they end. */
const LIVE_AFTER = 'FinishRollout';
const APPROVAL = 'RequestApproval';
const SHIFT = 'ShiftTraffic';
const OF_A_STEP: ReadonlySet<string> = new Set([SHIFT, 'SettleTraffic', 'JudgeStep']);

const isOpen = (run: StateRun): boolean => run.exitedAt === undefined;

/** Whether a rollout into the environment came to its good end. */
export const isLiveIn = (states: readonly StateRun[], environment: string): boolean =>
  states.some(
    (run) =>
      run.state === LIVE_AFTER && run.environment === environment && !isOpen(run) && run.failed !== true,
  );

/** The environment whose approval is being waited for. */
export const approvalAwaitedIn = (states: readonly StateRun[]): string | undefined =>
  states.find((run) => run.state === APPROVAL && isOpen(run))?.environment;

/** What is worth showing: no waiting for people, which may take days, and no tidying up once all is live. */
export const shownStates = (states: readonly StateRun[], lastEnvironment: string | undefined): StateRun[] => {
  const live = states.findIndex(
    (run) => run.state === LIVE_AFTER && run.environment === lastEnvironment && !isOpen(run) && !run.failed,
  );
  const until = live < 0 ? states : states.slice(0, live + 1);
  return until.filter((run) => !(run.state === APPROVAL && isOpen(run)));
};

/** What came after the last approval: whoever gave it knows what came before. Nothing while it still waits. */
export const statesSinceApproval = (states: readonly StateRun[]): StateRun[] => {
  const approval = states.findLastIndex((run) => run.state === APPROVAL);
  const isWaiting = states[approval]?.exitedAt === undefined && approval >= 0;
  return isWaiting ? [] : states.slice(approval + 1);
};

/** Index of the rollout's step that the state belongs to; undefined for one that belongs to none. */
export const stepOf = (run: StateRun, states: readonly StateRun[]): number | undefined => {
  if (!OF_A_STEP.has(run.state)) return undefined;
  const shifts = states.filter(
    (other) =>
      other.state === SHIFT && other.environment === run.environment && other.enteredAt <= run.enteredAt,
  );
  return shifts.length - 1;
};
