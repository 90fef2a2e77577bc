import type { Lease } from '#pipeline/model';
import { isDisruption } from '#pipeline/rollout/lease';
import { ageOf } from '../age.ts';
import { clockTime, withClockTimes } from '../clock-time.ts';
import { requestsAdvice } from '../rollouts/missing-requests.ts';
import type { AppStatus } from '../rollouts/read-status.ts';
import { endOf } from './execution-state.ts';
import type { ExecutionState } from './execution-state.ts';
import { explainRecycling } from './explain-recycling.ts';
import { explainTraffic } from './explain-traffic.ts';
import type { Finding } from './finding.ts';

/** What is known of an app in an environment. */
export interface AppFacts {
  readonly status: AppStatus;
  /** State of each execution that the record names, by ARN. */
  readonly executions: ReadonlyMap<string, ExecutionState>;
}

type Explanation = Omit<Finding, 'check'>;

const nameOf = (executionArn: string): string => executionArn.split(':').at(-1) ?? executionArn;

const stateOf = ({ executions }: AppFacts, executionArn: string): ExecutionState =>
  executions.get(executionArn) ?? 'GONE';

/** Recycling and chaos lose a lease with their execution, and leave nothing that anybody must mend. */
const explainDisruption = (facts: AppFacts, lease: Lease, now: Date): readonly Explanation[] => {
  const { trigger, executionArn, since, abort } = lease;
  const execution = `execution '${nameOf(executionArn)}'`;
  const state = stateOf(facts, executionArn);
  const what = trigger === 'chaos' ? 'chaos took a machine' : 'machines are being replaced';
  const found = `${what}, by ${execution} for ${ageOf(since, now)}`;
  if (state !== 'RUNNING')
    return [{ status: 'note', found: `${found}, which ${endOf(state)}: whoever comes next takes over` }];
  return [{ status: 'ok', found: abort === undefined ? found : `${found}; it makes way for a rollout` }];
};

const explainLease = (facts: AppFacts, now: Date): readonly Explanation[] => {
  const { app, environment, record } = facts.status;
  const { lease, progress } = record;
  if (lease === undefined) return [];
  if (isDisruption(lease)) return explainDisruption(facts, lease, now);
  const execution = `execution '${nameOf(lease.executionArn)}'`;
  const since = `for ${ageOf(lease.since, now)}`;
  const state = stateOf(facts, lease.executionArn);
  const rollback = `kiln rollback ${app} --env ${environment}`;
  if (state !== 'RUNNING') {
    return [
      {
        status: 'blocked',
        found: `held ${since}: the rollout of ${lease.releaseId} by ${execution}, which ${endOf(state)}`,
        remedy: `${rollback}, or promote or drop again: the next rollout takes over and removes what this one left`,
      },
    ];
  }
  if (lease.abort !== undefined) {
    const found = `the rollout of ${lease.releaseId} is being undone, as ${lease.abort.by} wants`;
    return [{ status: 'note', found }];
  }
  if (progress?.phase === 'holding') {
    const until = progress.deadline === undefined ? '' : `, until ${clockTime(progress.deadline, now)}`;
    return [
      {
        status: 'note',
        found: `the rollout of ${progress.version} holds at ${progress.weight} %: ${progress.note}${until}, then it rolls back`,
        remedy: requestsAdvice(facts.status, progress) ?? `wait, or ${rollback}`,
      },
    ];
  }
  const place =
    progress === undefined
      ? ''
      : `, step ${progress.step + 1} of ${progress.steps.length}: ${withClockTimes(progress.note, now)}`;
  return [{ status: 'ok', found: `${execution} rolls out ${lease.releaseId} ${since}${place}` }];
};

const explainWaiting = (facts: AppFacts, now: Date): readonly Explanation[] => {
  const { waiting, lease } = facts.status.record;
  if (waiting === undefined) return [];
  const state = stateOf(facts, waiting.executionArn);
  const since = `for ${ageOf(waiting.since, now)}`;
  if (state !== 'RUNNING') {
    return [
      {
        status: 'note',
        found: `${waiting.releaseId} stands in the queue ${since}, but its execution ${endOf(state)}: it gives way to the next`,
      },
    ];
  }
  const ahead = lease !== undefined && isDisruption(lease) ? lease.trigger : lease?.releaseId;
  const behind = ahead === undefined ? '' : ` behind ${ahead}`;
  return [{ status: 'note', found: `${waiting.releaseId} waits ${since}${behind}` }];
};

const explainApproval = (facts: AppFacts, now: Date): readonly Explanation[] => {
  const { app, environment, record, approval } = facts.status;
  if (record.pendingApproval === undefined) return [];
  // It was decided a moment ago.
  if (approval !== undefined && approval.status !== 'pending') return [];
  const approve = `kiln approve ${app} --env ${environment}`;
  if (approval === undefined) {
    const found = `${record.pendingApproval.releaseId} awaits an approval that has no document`;
    return [{ status: 'blocked', found, remedy: 'drop it again, or promote it' }];
  }
  const state = stateOf(facts, approval.executionArn);
  if (state !== 'RUNNING') {
    return [
      {
        status: 'blocked',
        found: `${approval.version} awaits approval, but its execution '${nameOf(approval.executionArn)}' ${endOf(state)}`,
        remedy: `kiln promote ${app} --env ${environment} --version ${approval.version}, which asks anew`,
      },
    ];
  }
  const { users, approvers, requesterMayApprove } = approval.rule;
  const who = users.length === 0 ? 'everyone' : users.join(', ');
  const but = requesterMayApprove ? '' : `, but not who asked (${approval.requesters.join(', ')})`;
  const since = `for ${ageOf(approval.requestedAt, now)}, until ${clockTime(approval.expiresAt, now)}`;
  return [
    {
      status: 'note',
      found: `${approval.version} awaits ${approvers} approval${approvers === 1 ? '' : 's'} ${since}; may decide: ${who}${but}`,
      remedy: `${approve}, or kiln reject ${app} --env ${environment}`,
    },
  ];
};

const explainOff = ({ status }: AppFacts, now: Date): readonly Explanation[] => {
  const { off } = status.record;
  if (off === undefined) return [];
  const found = `switched off ${ageOf(off.since, now)} ago by ${off.by}`;
  return [{ status: 'note', found, remedy: `kiln env on ${status.environment}` }];
};

/** What stands in an app's way in an environment, and what to do; one `ok` when nothing does. */
export const explainApp = (facts: AppFacts, now: Date): readonly Finding[] => {
  const { app, environment } = facts.status;
  const found = [
    ...explainLease(facts, now),
    ...explainWaiting(facts, now),
    ...explainApproval(facts, now),
    ...explainOff(facts, now),
    ...explainRecycling(facts.status.record, now),
    ...explainTraffic(facts.status),
  ];
  return found.map((explanation) => ({ check: `${app} in ${environment}`, ...explanation }));
};
