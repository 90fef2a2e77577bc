import type {
  EnvironmentRecord,
  EnvironmentStatus,
  ReleaseInEnvironment,
  ReleaseRecord,
  ReleaseStatus,
} from '../model.ts';
import { sourceLines } from './approval-facts.ts';
import { mrkdwn, moment } from './mrkdwn.ts';
import { context, header, section } from './slack-message.ts';
import type { SlackMessage } from './slack-message.ts';

const STATES: Readonly<Record<ReleaseStatus, readonly [icon: string, words: string]>> = {
  received: [':inbox_tray:', 'received'],
  baked: [':package:', 'baked'],
  tested: [':test_tube:', 'smoke-tested'],
  'rolling-out': [':rocket:', 'rolling out'],
  'awaiting-approval': [':raised_hand:', 'awaits approval'],
  live: [':large_green_circle:', 'live'],
  rejected: [':x:', 'rejected'],
  failed: [':red_circle:', 'failed'],
  superseded: [':fast_forward:', 'superseded'],
};

const ENVIRONMENT_STATES: Readonly<Record<EnvironmentStatus, readonly [icon: string, words: string]>> = {
  'awaiting-approval': STATES['awaiting-approval'],
  'rolling-out': STATES['rolling-out'],
  live: STATES.live,
  replaced: [':white_circle:', 'served, since replaced'],
  'rolled-back': [':rewind:', 'rolled back'],
  rejected: STATES.rejected,
  failed: STATES.failed,
  superseded: STATES.superseded,
};

const NO_LONGER_LIVE = [':white_circle:', 'no longer serves'] as const;

const standOf = ({ status, environments = {} }: ReleaseRecord): readonly [icon: string, words: string] => {
  const stands = Object.values(environments);
  // The document's own status is where the release came to, and stays when another takes its place.
  const replaced = status === 'live' && stands.length > 0 && stands.every((stand) => stand.status !== 'live');
  return replaced ? NO_LONGER_LIVE : STATES[status];
};

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

const failureLine = (failure: { readonly reason?: string; readonly message?: string }): string[] => {
  const { reason, message } = failure;
  if (reason === undefined && message === undefined) return [];
  const words = [reason, message === undefined ? undefined : firstLine(message)];
  return [`> ${mrkdwn(words.filter((word) => word !== undefined).join(': '), 600)}`];
};

const progressLines = (releaseId: string, record: EnvironmentRecord | undefined): string[] => {
  if (record === undefined) return [];
  const { progress, waiting, lease } = record;
  if (waiting?.releaseId === releaseId)
    return [`> waits for the rollout of ${mrkdwn(lease?.releaseId ?? 'another release', 100)}`];
  if (progress?.releaseId !== releaseId) return [];
  const step = progress.steps.length < 2 ? '' : ` (step ${progress.step + 1} of ${progress.steps.length})`;
  return [
    `> ${progress.phase}: ${progress.weight} % of the traffic${step}`,
    ...(progress.note === '' ? [] : [`> ${mrkdwn(progress.note, 300)}`]),
    ...(lease?.releaseId === releaseId && lease.abort !== undefined
      ? [`> to be undone, asked for by ${mrkdwn(lease.abort.by, 200)}`]
      : []),
  ];
};

const environmentLines = (
  release: ReleaseRecord,
  name: string,
  stand: ReleaseInEnvironment | undefined,
  record: EnvironmentRecord | undefined,
): string[] => {
  const progress = progressLines(release.releaseId, record);
  if (stand === undefined && progress.length === 0) return [];
  const [icon, words] = ENVIRONMENT_STATES[stand?.status ?? 'rolling-out'];
  const underWay = stand === undefined || stand.status === 'rolling-out';
  return [
    `${icon} *${mrkdwn(name, 40)}*: ${words}${stand === undefined ? '' : `, ${moment(stand.at)}`}`,
    ...(underWay ? progress : failureLine(stand)),
  ];
};

/** What is known of one environment a release goes through. */
export interface EnvironmentView {
  readonly name: string;
  readonly record?: EnvironmentRecord;
}

const factLines = ({ image, evidence }: ReleaseRecord): string[] => {
  const parts = [
    image === undefined ? undefined : mrkdwn(image.imageId, 40),
    image === undefined ? undefined : `${(image.bake.contentBytes / 1024 / 1024).toFixed(1)} MiB`,
    evidence === undefined ? undefined : `boots in ${evidence.bootSeconds.toFixed(1)} s`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? [] : [parts.join(' · ')];
};

/**
 * The one message of a release, made from its document and those of the environments alone: in whichever order events
 * come, it says how things are.
 */
export const releaseMessage = (
  release: ReleaseRecord,
  environments: readonly EnvironmentView[],
): SlackMessage => {
  const [icon, words] = standOf(release);
  const headline = `${release.app} ${release.version}`;
  const lines = environments.flatMap(({ name, record }) =>
    environmentLines(release, name, release.environments?.[name], record),
  );
  return {
    text: mrkdwn(`${headline}: ${words}`, 300),
    blocks: [
      header(headline),
      section([
        `${icon} ${words}`,
        ...failureLine(release),
        ...sourceLines(release.source),
        ...factLines(release),
      ]),
      ...(lines.length === 0 ? [] : [section(lines)]),
      context([`release ${mrkdwn(release.releaseId, 100)} · dropped ${moment(release.droppedAt)}`]),
    ],
  };
};
