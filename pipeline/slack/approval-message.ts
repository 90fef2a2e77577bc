import type { KnownBlock } from '@slack/types';
import type { ApprovalRecord, ApprovalStatus, Decision } from '../approval/approval-record.ts';
import { approvalButtons } from './approval-buttons.ts';
import { approvalFacts, sourceLines } from './approval-facts.ts';
import { mrkdwn, moment, person } from './mrkdwn.ts';
import { context, fields, header, section } from './slack-message.ts';
import type { SlackMessage } from './slack-message.ts';

const USERS_SHOWN = 8;

const HEADLINES: Readonly<Record<ApprovalStatus, string>> = {
  pending: 'awaits approval',
  approved: 'approved',
  rejected: 'rejected',
  expired: 'closed, nobody decided',
  superseded: 'superseded',
  stale: 'closed, the plan changed',
};

const ICONS: Readonly<Record<Decision['decision'], string>> = {
  approve: ':white_check_mark: Approved',
  reject: ':x: Rejected',
};

const decisionLines = ({ decisions }: ApprovalRecord): string[] =>
  decisions.flatMap((decision) => [
    `${ICONS[decision.decision]} by ${person(decision)} through ${mrkdwn(decision.via, 40)}, ${moment(decision.at)}`,
    ...(decision.comment === undefined ? [] : [`> ${mrkdwn(decision.comment, 500)}`]),
  ]);

const closingLines = (record: ApprovalRecord): string[] => {
  const when = moment(record.updatedAt);
  switch (record.status) {
    case 'pending':
    case 'approved':
    case 'rejected':
      return [];
    case 'expired':
      return [`:hourglass: Closed ${when}: nobody decided in time, or the rollout ended before.`];
    case 'superseded':
      return [
        `:fast_forward: Closed ${when}: ${mrkdwn(record.supersededBy ?? 'a newer release', 100)} asks for this environment.`,
      ];
    case 'stale':
      return [
        `:arrows_counterclockwise: Closed ${when}: what would be rolled out is no longer what was shown here.`,
      ];
  }
};

const progressLines = (record: ApprovalRecord): string[] => {
  const { approvers } = record.rule;
  if (approvers < 2 || record.status !== 'pending') return [];
  const approved = record.decisions.filter(({ decision }) => decision === 'approve').length;
  return [`*${approved} of ${approvers} approvals*`];
};

const outcomeBlocks = (record: ApprovalRecord): KnownBlock[] => {
  const lines = [...progressLines(record), ...decisionLines(record), ...closingLines(record)];
  return lines.length === 0 ? [] : [section(lines)];
};

const subjectLines = (record: ApprovalRecord): string[] => {
  const { replaces } = record.evidence;
  const now =
    replaces === undefined
      ? 'Nothing of it serves there yet.'
      : `Version *${mrkdwn(replaces.version, 100)}* serves there now.`;
  return [
    `*${mrkdwn(record.app, 40)} ${mrkdwn(record.version, 100)}* for *${mrkdwn(record.environment, 40)}*. ${now}`,
    ...sourceLines(record.evidence.source),
  ];
};

/** Who is named by an id of Slack's is mentioned, and so told. */
const ruleLines = ({ rule, status }: ApprovalRecord): string[] => {
  if (status !== 'pending') return [];
  const users = rule.users.slice(0, USERS_SHOWN).map((user) => person({ user, via: 'slack' }));
  const more = rule.users.length > USERS_SHOWN ? ` and ${rule.users.length - USERS_SHOWN} more` : '';
  return [
    ...(users.length === 0 ? [] : [`may be decided by ${users.join(', ')}${more}`]),
    ...(rule.requesterMayApprove ? [] : ['whoever asked may not approve']),
  ];
};

const smallPrint = (record: ApprovalRecord): string[] => {
  const { imageId, digest } = record.evidence;
  const askers = record.requesters.slice(0, 3).map((requester) => mrkdwn(requester, 200));
  return [
    `${mrkdwn(imageId, 40)} · ${mrkdwn(digest.slice(0, 19), 19)} · release ${mrkdwn(record.releaseId, 100)}`,
    ...(askers.length === 0 ? [] : [`asked for by ${askers.join(', ')}`]),
    ...ruleLines(record),
    ...(record.status === 'pending' ? [`open until ${moment(record.expiresAt)}`] : []),
  ];
};

/**
 * The approval's message as its document says: the evidence, and buttons while it is pending; after that who decided what
 * and when, without buttons.
 */
export const approvalMessage = (record: ApprovalRecord): SlackMessage => {
  const { app, version, environment, status } = record;
  const headline = `${app} ${version} for ${environment}: ${HEADLINES[status]}`;
  return {
    text: mrkdwn(headline, 300),
    blocks: [
      header(headline),
      section(subjectLines(record)),
      fields(approvalFacts(record.evidence)),
      context(smallPrint(record)),
      ...outcomeBlocks(record),
      ...(status === 'pending' ? [approvalButtons(record)] : []),
    ],
  };
};
