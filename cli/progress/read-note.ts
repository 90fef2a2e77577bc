import type { Clock } from '#pipeline/clock';
import type { DocumentStore } from '#pipeline/documents/document-store';
import { readEnvironments } from '#pipeline/environments/read-environments';
import { isSwitchedOff } from '#pipeline/environments/switched-off';
import type { EnvironmentRecord } from '#pipeline/model';
import type { RolloutProgress } from '#pipeline/rollout/rollout-progress';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { isDisruption } from '#pipeline/rollout/lease';
import { clockTime, withClockTimes } from '../clock-time.ts';
import { requestsAdvice } from '../rollouts/missing-requests.ts';
import type { StateRun } from './execution-states.ts';

/** What the state that runs waits for. */
export interface Note {
  /** With figures; empty when there is nothing to say. */
  readonly text: string;
  /** What kind of news it is: while it stays the same, only figures change. */
  readonly topic: string;
  /** What somebody can do about it. */
  readonly advice?: string;
  /** Green's shares in percent, of a rollout that is under way. */
  readonly steps?: readonly number[];
}

const NOTHING: Note = { text: '', topic: '' };

type Reader = Pick<DocumentStore, 'read'>;

const describe = ({ phase, note, deadline }: RolloutProgress, now: Date): string => {
  // The state's own line says at which share it is.
  if (phase === 'shifting') return '';
  const text = withClockTimes(note, now);
  if (phase !== 'holding') return text;
  const until = deadline === undefined ? '' : `; until ${clockTime(deadline, now)}, then it rolls back`;
  return `holds: ${text}${until}`;
};

const giveUpAt = ({ deadline }: RolloutProgress, now: Date): string =>
  deadline === undefined ? '' : `; without them it rolls back by itself at ${clockTime(deadline, now)}`;

const noteOf = async (record: EnvironmentRecord, progress: RolloutProgress, documents: Reader, now: Date) => {
  const { app, environment } = record;
  const wantsRequests = progress.missingRequests !== undefined;
  const url = wantsRequests
    ? (await readEnvironments(documents)).find(({ name }) => name === environment)?.url
    : undefined;
  const advice = url === undefined ? undefined : requestsAdvice({ app, environment, url }, progress);
  // A step that gets requests gets on by itself.
  const isStuck = progress.phase === 'holding' || progress.note.startsWith('no requests');
  return {
    text: describe(progress, now),
    topic: `${progress.phase} ${progress.weight}`,
    steps: progress.steps,
    ...(advice === undefined || !isStuck ? {} : { advice: `${advice}${giveUpAt(progress, now)}` }),
  };
};

/** What a release's rollout that is under way waits for, as its environment's document says. */
export const readNote = async (
  release: { readonly app: string; readonly releaseId: string | undefined },
  states: readonly StateRun[],
  { documents, clock }: { readonly documents: Reader; readonly clock: Clock },
): Promise<Note> => {
  const { environment } = states.findLast(({ exitedAt }) => exitedAt === undefined) ?? {};
  if (environment === undefined) return NOTHING;
  const record = await documents.read<EnvironmentRecord>(environmentKey(environment, release.app));
  const { lease, progress } = record ?? {};
  const { releaseId = lease?.releaseId } = release;
  if (record !== undefined && progress?.releaseId === releaseId && progress !== undefined)
    return noteOf(record, progress, documents, clock.now());
  if (lease !== undefined) {
    if (lease.releaseId === releaseId && !isDisruption(lease)) return NOTHING;
    const what = isDisruption(lease) ? `${lease.trigger} to make way` : `the rollout of ${lease.releaseId}`;
    return { text: `waits for ${what}`, topic: what };
  }
  return (await isSwitchedOff(environment, documents))
    ? { text: `${environment} is switched off: kiln env on ${environment}`, topic: 'off' }
    : NOTHING;
};
