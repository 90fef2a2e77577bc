import { ageOf } from '../age.ts';
import { clockTime } from '../clock-time.ts';
import type { ShownApproval } from './read-approvals.ts';

const KIB = 1024;

const bytes = (count: number): string => {
  const size = Math.abs(count);
  if (size < KIB) return `${count} B`;
  if (size < KIB ** 2) return `${(count / KIB).toFixed(1)} KiB`;
  return `${(count / KIB ** 2).toFixed(1)} MiB`;
};

const signed = (count: number, text = String(count)): string => (count < 0 ? text : `+${text}`);

const describeSource = ({ evidence: { source } }: ShownApproval): string | undefined => {
  if (source === undefined) return undefined;
  const { commit, author, message, user } = source;
  const parts = [
    commit?.slice(0, 12),
    author === undefined ? undefined : `by ${author}`,
    message,
    user === undefined ? undefined : `(dropped by ${user})`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' ');
};

const describeSize = ({ evidence: { size } }: ShownApproval): string => {
  const { contentBytes, files, contentBytesDelta, filesDelta, changedBlocks } = size;
  const deltas = [
    contentBytesDelta === undefined ? undefined : signed(contentBytesDelta, bytes(contentBytesDelta)),
    filesDelta === undefined ? undefined : `${signed(filesDelta)} files`,
  ].filter((part) => part !== undefined);
  const changed = changedBlocks === undefined ? '' : `; ${changedBlocks} blocks of 512 KiB differ`;
  return `${bytes(contentBytes)} in ${files} files${deltas.length === 0 ? '' : ` (${deltas.join(', ')})`}${changed}`;
};

const describeSmoke = ({ evidence: { smoke } }: ShownApproval): string =>
  smoke.length === 0
    ? 'no request'
    : smoke.map(({ path, status, milliseconds }) => `${path} ${status} in ${milliseconds} ms`).join(', ');

const describeBefore = ({ evidence: { before } }: ShownApproval): string | undefined => {
  if (before === undefined) return undefined;
  const { environment, requests, errors } = before;
  if (requests === 0) return `in ${environment}: no requests yet`;
  const ratio = ` (${((errors / requests) * 100).toFixed(2)} %)`;
  return `in ${environment}: ${errors} errors in ${requests} requests${ratio}`;
};

const describeRule = ({ rule, decisions }: ShownApproval): string => {
  const approved = decisions.filter(({ decision }) => decision === 'approve').length;
  const who = rule.users.length === 0 ? 'everyone' : rule.users.join(', ');
  const requester = rule.requesterMayApprove ? '' : ', but not whoever asked for it';
  return `${approved} of ${rule.approvers} approvals; may decide: ${who}${requester}`;
};

/** What somebody should know before they decide: a heading, then a line per piece of evidence. */
export const describeApproval = (approval: ShownApproval, now: Date): readonly string[] => {
  const { evidence, app, version, environment } = approval;
  const instead = evidence.replaces === undefined ? '' : `, in place of ${evidence.replaces.version}`;
  const changed = evidence.changedParameters.join(', ');
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['release', approval.releaseId],
    ['source', describeSource(approval)],
    ['image', `${evidence.imageId} ${evidence.digest.slice(0, 19)}`],
    ['size', describeSize(approval)],
    ['boot', `${evidence.bootSeconds.toFixed(1)} s to healthy`],
    ['smoke test', describeSmoke(approval)],
    ['before', describeBefore(approval)],
    ['parameters', changed === '' ? undefined : `changed: ${changed}`],
    [
      'asked',
      `${ageOf(approval.requestedAt, now)} ago, by ${approval.requesters.join(', ') || 'nobody known'}`,
    ],
    ['until', `${clockTime(approval.expiresAt, now)}, then it is not let in`],
    ['approval', describeRule(approval)],
  ];
  return [
    `${app} ${version} for ${environment}${instead}`,
    ...lines.flatMap(([name, text]) => (text === undefined ? [] : [`  ${name.padEnd(10)}  ${text}`])),
  ];
};
