import { ExecutionHalted } from '../abort-reasons.ts';
import type { TaskState } from '../definition.ts';
import { StatesFailure } from '../failure.ts';
import type { Json } from '../json.ts';
import type { Transition } from '../outcome.ts';
import { checkDataSize, conclude } from '../outcome.ts';
import type { TaskCall } from '../ports.ts';
import { raceDeadline, timedOut } from '../race.ts';
import { emitInBranch } from '../run.ts';
import { awaitCallback } from '../task-callback.ts';
import type { EventDraft, FailureFacts, Schedule } from '../task-events.ts';
import * as events from '../task-events.ts';
import type { TaskResource } from '../task-resource.ts';
import { parseTaskResource } from '../task-resource.ts';
import type { Visit } from '../visit.ts';
import { attemptKey, evaluateCount, evaluateField, evaluateTyped } from '../visit.ts';

const schedule = async (state: TaskState, visit: Visit, resource: TaskResource): Promise<Schedule> => {
  const { random } = visit.run;
  const token = resource.pattern === 'callback' ? `AQCgAAAA${random.hex(504)}` : undefined;
  const view = token === undefined ? {} : { taskToken: token };
  const args =
    state.Arguments === undefined
      ? visit.input
      : await evaluateField(visit, state.Arguments, 'Arguments', view);
  checkDataSize(args, `The state/task '${state.Resource}' was given arguments`);
  const timeoutSeconds = state.TimeoutSeconds;
  const heartbeatSeconds = state.HeartbeatSeconds;
  const roleArn = state.Credentials?.RoleArn;
  return {
    arguments: args,
    idempotencyKey: random.uuid(),
    ...(token === undefined ? {} : { token }),
    ...(roleArn === undefined
      ? {}
      : { roleArn: await evaluateTyped<string>(visit, roleArn, 'Credentials/RoleArn', 'string') }),
    ...(timeoutSeconds === undefined
      ? {}
      : { timeoutSeconds: await evaluateCount(visit, timeoutSeconds, 'TimeoutSeconds', view) }),
    ...(heartbeatSeconds === undefined
      ? {}
      : { heartbeatSeconds: await evaluateCount(visit, heartbeatSeconds, 'HeartbeatSeconds', view) }),
  };
};

const timeout = (isHeartbeat: boolean): StatesFailure =>
  new StatesFailure(
    'States.Timeout',
    undefined,
    isHeartbeat ? { alsoKnownAs: ['States.HeartbeatTimeout'] } : {},
  );

const earliest = (...times: (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

const inTime = async (
  visit: Visit,
  plan: Schedule,
  startedAt: number,
  work: (signal: AbortSignal) => Promise<Json>,
): Promise<Json> => {
  const deadline = plan.timeoutSeconds === undefined ? undefined : startedAt + plan.timeoutSeconds * 1000;
  const beat = plan.heartbeatSeconds === undefined ? undefined : startedAt + plan.heartbeatSeconds * 1000;
  const until = earliest(deadline, beat);
  const answer = await raceDeadline(visit.run, visit.branch.signal, until, work);
  if (answer === timedOut) throw timeout(until !== deadline);
  return answer;
};

const perform = async (
  visit: Visit,
  resource: TaskResource,
  plan: Schedule,
  startedAt: number,
): Promise<Json> => {
  const { run, branch } = visit;
  const submittedKey = `${attemptKey(visit)}/submitted`;
  const call = (signal: AbortSignal): TaskCall => ({
    resource,
    arguments: plan.arguments,
    stateName: visit.name,
    idempotencyKey: plan.idempotencyKey,
    scheduledAt: startedAt,
    signal,
    ...(plan.token === undefined ? {} : { token: plan.token }),
    ...(plan.roleArn === undefined ? {} : { roleArn: plan.roleArn }),
  });
  const request = (): Promise<Json> =>
    inTime(visit, plan, startedAt, (signal) => run.tasks.request(call(signal)));
  if (resource.pattern === 'request') return request();

  const earlier = run.journal.read(submittedKey)?.event;
  const submitted = earlier === undefined ? await request() : events.recordedOutput(earlier);
  const draft = events.submittedEvent(resource, submitted);
  emitInBranch(run, branch, submittedKey, draft.type, draft.details);
  run.journal.flush();
  if (resource.pattern !== 'callback') {
    return inTime(visit, plan, startedAt, (signal) => run.tasks.completion(call(signal), submitted));
  }
  return awaitCallback(visit, plan, startedAt);
};

/** Runs a Task state: one call, with its events. */
export const task = async (state: TaskState, visit: Visit): Promise<Transition> => {
  const { run, branch } = visit;
  const resource = parseTaskResource(state.Resource);
  if (resource === undefined)
    throw new StatesFailure('States.Runtime', `unknown resource '${state.Resource}'`);
  const base = attemptKey(visit);
  const write = (step: string, draft: EventDraft, value?: unknown): number =>
    emitInBranch(run, branch, `${base}/${step}`, draft.type, draft.details, value);

  const earlier = run.journal.read(`${base}/scheduled`)?.value as Schedule | undefined;
  const close = (token: string | undefined): void => {
    if (token !== undefined) run.callbacks.close(token);
  };

  const finished = run.journal.read(`${base}/finished`)?.event;
  if (finished !== undefined) {
    close(earlier?.token);
    branch.lastEventId = finished.id;
    const result = events.recordedOutput(finished);
    return conclude(visit, state, { result }, result, state.Next);
  }
  const failed = run.journal.read(`${base}/failed`);
  if (failed !== undefined) {
    close(earlier?.token);
    branch.lastEventId = failed.event?.id ?? branch.lastEventId;
    throw events.recordedFailure(failed.value as FailureFacts);
  }
  const plan = earlier ?? (await schedule(state, visit, resource));
  write('scheduled', events.scheduledEvent(resource, plan, run.region), plan);
  write('started', events.startedEvent(resource));
  const startedAt = run.journal.read(`${base}/started`)?.event?.timestamp ?? run.clock.now();
  if (plan.token !== undefined) run.callbacks.open(plan.token);
  run.journal.flush();
  try {
    const result = await perform(visit, resource, plan, startedAt);
    checkDataSize(result, `The state/task '${state.Resource}' returned a result`);
    write('finished', events.succeededEvent(resource, result));
    run.journal.flush();
    return await conclude(visit, state, { result }, result, state.Next);
  } catch (error) {
    if (
      error instanceof StatesFailure &&
      error.evaluation === undefined &&
      !run.journal.read(`${base}/finished`)
    ) {
      write('failed', events.failedEvent(resource, error), events.failureFacts(error));
      // Before the token is closed: that forgets the answer.
      if (plan.token !== undefined) run.journal.flush();
    }
    throw error;
  } finally {
    const halted = branch.signal.aborted && branch.signal.reason instanceof ExecutionHalted;
    if (!halted) close(plan.token);
  }
};
