import type { ApprovalEvidence } from '../approval/approval-record.ts';
import { code, mrkdwn } from './mrkdwn.ts';

const MEBIBYTE = 1024 * 1024;
/** What fits into a field of a message; the rest is counted. */
const SMOKE_LINES = 5;
const PARAMETER_LINES = 8;

const signed = (value: number, text: string): string => `${value < 0 ? '−' : '+'}${text}`;

const mebibytes = (bytes: number): string => `${(Math.abs(bytes) / MEBIBYTE).toFixed(1)} MiB`;

const sizeLines = ({ size }: ApprovalEvidence): string[] => {
  const { contentBytesDelta, filesDelta, changedBlocks } = size;
  const delta =
    contentBytesDelta === undefined ? '' : ` (${signed(contentBytesDelta, mebibytes(contentBytesDelta))})`;
  const files = filesDelta === undefined ? '' : ` (${signed(filesDelta, String(Math.abs(filesDelta)))})`;
  return [
    `${mebibytes(size.contentBytes)}${delta}`,
    `${size.files} files${files}`,
    ...(changedBlocks === undefined ? [] : [`${changedBlocks} changed blocks of 512 KiB`]),
  ];
};

const capped = (lines: readonly string[], limit: number): string[] =>
  lines.length <= limit ? [...lines] : [...lines.slice(0, limit), `… and ${lines.length - limit} more`];

const smokeLines = ({ smoke }: ApprovalEvidence): string[] =>
  smoke.length === 0
    ? ['no requests']
    : capped(
        smoke.map(
          ({ path, status, milliseconds }) =>
            `${code(path, 100)} ${status} in ${Math.round(milliseconds)} ms`,
        ),
        SMOKE_LINES,
      );

const beforeLines = ({ requests, errors }: NonNullable<ApprovalEvidence['before']>): string[] =>
  requests === 0
    ? ['no requests yet']
    : [`${((100 * errors) / requests).toFixed(2)} % errors`, `${errors} of ${requests} requests`];

const parameterLines = ({ changedParameters }: ApprovalEvidence): string[] =>
  changedParameters.length === 0
    ? ['unchanged']
    : capped(
        changedParameters.map((name) => code(name, 100)),
        PARAMETER_LINES,
      );

/** Where the release comes from, as its artifact says; empty where it says nothing. */
export const sourceLines = (source: ApprovalEvidence['source']): string[] => {
  if (source === undefined) return [];
  const { commit, author, message, user } = source;
  const [firstLine = ''] = (message ?? '').split('\n');
  const origin = [
    commit === undefined ? undefined : code(commit.slice(0, 12), 12),
    author === undefined ? undefined : `by ${mrkdwn(author, 120)}`,
    user === undefined ? undefined : `dropped by ${mrkdwn(user, 200)}`,
  ].filter((part) => part !== undefined);
  return [
    ...(firstLine === '' ? [] : [`_${mrkdwn(firstLine, 200)}_`]),
    ...(origin.length === 0 ? [] : [origin.join(' ')]),
  ];
};

/** The evidence as titled figures. Of the configuration names only, never a value. */
export const approvalFacts = (
  evidence: ApprovalEvidence,
): readonly (readonly [title: string, lines: readonly string[]])[] => [
  ['Size', sizeLines(evidence)],
  ['Boot', [`${evidence.bootSeconds.toFixed(1)} s to healthy`]],
  ['Smoke test', smokeLines(evidence)],
  ...(evidence.before === undefined
    ? []
    : [[`In ${mrkdwn(evidence.before.environment, 40)}`, beforeLines(evidence.before)] as const]),
  ['Changed configuration', parameterLines(evidence)],
];
