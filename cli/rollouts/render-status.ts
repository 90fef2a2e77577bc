import { isDisruption } from '#pipeline/rollout/lease';
import { ageOf } from '../age.ts';
import { clockTime, withClockTimes } from '../clock-time.ts';
import { requestsAdvice } from './missing-requests.ts';
import type { AppStatus, Share } from './read-status.ts';

type Line = readonly [name: string, text: string | undefined];

const renderShare = ({ role, version, percent, healthy, targets }: Share): string => {
  const name = role === 'unknown' ? `target group '${version}', which is not Kiln's,` : version;
  return `${name} ${Number(percent.toFixed(1))} % (${healthy} of ${targets} healthy)`;
};

const renderShares = ({ record, shares }: AppStatus): string => {
  if (record.off !== undefined) return 'nothing: the environment is off';
  if (record.current === undefined && shares === undefined) return 'nothing yet';
  if (shares === undefined) return `nothing: the rule of ${record.current?.version} is gone`;
  return shares.map(renderShare).join(', ');
};

const renderRollout = (status: AppStatus, now: Date): readonly Line[] => {
  const { lease, progress } = status.record;
  if (lease === undefined) return [];
  const age = `for ${ageOf(lease.since, now)}`;
  if (isDisruption(lease))
    return [[lease.trigger, lease.abort === undefined ? age : `${age}; makes way for a rollout`]];
  const undone = lease.abort === undefined ? '' : `, to be undone as ${lease.abort.by} wants`;
  if (progress === undefined) return [['rollout', `${lease.releaseId}, ${lease.trigger}, ${age}${undone}`]];
  const { deadline, note, phase, step, steps, version } = progress;
  const place =
    steps.length === 1 ? 'all at once' : `step ${step + 1} of ${steps.length} (${steps.join(' → ')} %)`;
  const isJudged = phase === 'judging' || phase === 'holding';
  const until =
    isJudged && deadline !== undefined ? `; rolls back if not decided by ${clockTime(deadline, now)}` : '';
  return [
    ['rollout', `${version}, ${place}, ${age}${phase === 'rolling-back' ? '' : undone}`],
    [phase, `${withClockTimes(note, now)}${until}`],
    ['needs', isJudged ? requestsAdvice(status, progress) : undefined],
  ];
};

const renderApproval = ({ app, environment, record, approval }: AppStatus, now: Date): string | undefined => {
  const { pendingApproval } = record;
  if (pendingApproval === undefined || (approval !== undefined && approval.status !== 'pending'))
    return undefined;
  const what = approval?.version ?? pendingApproval.releaseId;
  const when = approval === undefined ? '' : `, asked ${ageOf(approval.requestedAt, now)} ago`;
  return `${what} awaits it${when}: kiln approve ${app} --env ${environment}`;
};

/** An app in an environment for people: who serves how much, and what is under way. */
export const renderStatus = (status: AppStatus, now: Date): string => {
  const { warm, waiting, off, retiring = [] } = status.record;
  const lines: readonly Line[] = [
    ['serves', renderShares(status)],
    ...renderRollout(status, now),
    ['waiting', waiting === undefined ? undefined : `${waiting.releaseId}, for ${ageOf(waiting.since, now)}`],
    ['approval', renderApproval(status, now)],
    [
      'way back',
      warm === undefined
        ? undefined
        : `${warm.deployment.version} can take over at once until ${clockTime(warm.until, now)}: kiln rollback ${status.app} --env ${status.environment}`,
    ],
    ['leaving', retiring.length === 0 ? undefined : retiring.map(({ releaseId }) => releaseId).join(', ')],
    [
      'off',
      off === undefined
        ? undefined
        : `for ${ageOf(off.since, now)}, by ${off.by}: kiln env on ${status.environment}`,
    ],
  ];
  return [
    `${status.app} in ${status.environment}, ${status.url}`,
    ...lines.flatMap(([name, text]) => (text === undefined ? [] : [`  ${name.padEnd(12)}  ${text}`])),
  ].join('\n');
};
