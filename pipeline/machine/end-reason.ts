import type { EndReason } from './ended-machine.ts';

/** What is known of a machine's end. */
export interface EndEvidence {
  /** Value of the tag `kiln:ending`, which Kiln puts on what it is about to end. */
  readonly ending?: string | undefined;
  /** It was launched for a smoke test. */
  readonly isSmokeTest: boolean;
  /** `StateReason.Code` of EC2. */
  readonly stateCode?: string | undefined;
  /** Its own timer ended it. */
  readonly isDeadMan: boolean;
  /** Its group: `gone` also while it is being deleted; `none` when it had none. */
  readonly group: 'there' | 'gone' | 'none';
  /** `Cause` of the scaling activity that ended it. */
  readonly cause?: string | undefined;
}

const REASONS: ReadonlySet<string> = new Set<EndReason>([
  'release',
  'age',
  'chaos',
  'unhealthy',
  'dead-man',
  'app-ended',
  'interrupted',
  'capacity',
  'smoke-test',
  'by-hand',
]);

const isReason = (text: string | undefined): text is EndReason => text !== undefined && REASONS.has(text);

/**
 * Causes as Auto Scaling writes them (user guide, "Troubleshoot health checks", and the knowledge center's articles "Why did
 * Amazon EC2 Auto Scaling terminate an instance?" and "… scale down?"), the first that matches.
 */
const CAUSES: readonly (readonly [RegExp, EndReason])[] = [
  // Auto Scaling only noticed it: somebody had ended the machine before.
  [/health check indicating it has been terminated or stopped/, 'by-hand'],
  [/health[ -]?check|status checks? failure|impaired/, 'unhealthy'],
  [/deletion of the group/, 'release'],
  [/difference between desired and actual capacity|changing the desired capacity/, 'capacity'],
  [/balance instances in zones?|rebalanc/, 'capacity'],
];

const byGroup = ({ group, cause = '' }: EndEvidence): EndReason => {
  if (group === 'none') return 'by-hand';
  if (group === 'gone') return 'release';
  return CAUSES.find(([pattern]) => pattern.test(cause))?.[1] ?? 'by-hand';
};

/** Why a machine ended. What Kiln said beforehand counts most, then EC2's reason, then its group's. */
export const endReason = (evidence: EndEvidence): EndReason => {
  const { ending, isSmokeTest, stateCode = '', isDeadMan } = evidence;
  if (isReason(ending)) return ending;
  if (isSmokeTest) return 'smoke-test';
  if (stateCode === 'Client.InstanceInitiatedShutdown') return isDeadMan ? 'dead-man' : 'app-ended';
  // Everything that a person or Auto Scaling ends has this code (API reference, StateReason).
  if (stateCode === '' || stateCode === 'Client.UserInitiatedShutdown') return byGroup(evidence);
  return 'interrupted';
};
