import type { EventDetails, HistoryEvent } from './history-event.ts';
import { notTruncated } from './history-event.ts';
import { StatesFailure } from './failure.ts';
import type { Json } from './json.ts';
import type { TaskResource } from './task-resource.ts';

/** An event to write. */
export interface EventDraft {
  readonly type: HistoryEvent['type'];
  readonly details: EventDetails;
}

/** What was decided when a task was scheduled; kept over restarts. */
export interface Schedule {
  readonly arguments: Json;
  readonly token?: string;
  readonly roleArn?: string;
  readonly timeoutSeconds?: number;
  readonly heartbeatSeconds?: number;
  readonly idempotencyKey: string;
}

const names = (resource: TaskResource): { resource: string; resourceType: string } => ({
  resource: resource.resource,
  resourceType: resource.resourceType,
});

const failureDetails = (failure: StatesFailure): { error?: string; cause?: string } => ({
  ...(failure.errorName === undefined ? {} : { error: failure.errorName }),
  ...(failure.causeText === undefined ? {} : { cause: failure.causeText }),
});

/** `TaskScheduled`, or `LambdaFunctionScheduled` when the resource is a function's ARN. */
export const scheduledEvent = (resource: TaskResource, schedule: Schedule, region: string): EventDraft => {
  const text = JSON.stringify(schedule.arguments);
  const shared = {
    ...(schedule.timeoutSeconds === undefined ? {} : { timeoutInSeconds: schedule.timeoutSeconds }),
    ...(schedule.roleArn === undefined ? {} : { taskCredentials: { roleArn: schedule.roleArn } }),
  };
  if (resource.kind === 'function') {
    return {
      type: 'LambdaFunctionScheduled',
      details: {
        lambdaFunctionScheduledEventDetails: {
          input: text,
          inputDetails: notTruncated,
          resource: resource.arn,
          ...shared,
        },
      },
    };
  }
  const heartbeat = schedule.heartbeatSeconds;
  return {
    type: 'TaskScheduled',
    details: {
      taskScheduledEventDetails: {
        ...names(resource),
        parameters: text,
        region,
        ...shared,
        ...(heartbeat === undefined ? {} : { heartbeatInSeconds: heartbeat }),
      },
    },
  };
};

/** `TaskStarted` or `LambdaFunctionStarted`. */
export const startedEvent = (resource: TaskResource): EventDraft =>
  resource.kind === 'function'
    ? { type: 'LambdaFunctionStarted', details: {} }
    : { type: 'TaskStarted', details: { taskStartedEventDetails: names(resource) } };

/** `TaskSubmitted`: the request of a `.sync` or `.waitForTaskToken` task was accepted. */
export const submittedEvent = (resource: TaskResource, output: Json): EventDraft => ({
  type: 'TaskSubmitted',
  details: {
    taskSubmittedEventDetails: {
      ...names(resource),
      output: JSON.stringify(output),
      outputDetails: notTruncated,
    },
  },
});

/** `TaskSucceeded` or `LambdaFunctionSucceeded`. */
export const succeededEvent = (resource: TaskResource, output: Json): EventDraft => {
  const details = { output: JSON.stringify(output), outputDetails: notTruncated };
  return resource.kind === 'function'
    ? { type: 'LambdaFunctionSucceeded', details: { lambdaFunctionSucceededEventDetails: details } }
    : { type: 'TaskSucceeded', details: { taskSucceededEventDetails: { ...names(resource), ...details } } };
};

/** `TaskFailed` or `TaskTimedOut`, and their `LambdaFunction…` twins. */
export const failedEvent = (resource: TaskResource, failure: StatesFailure): EventDraft => {
  const details = failureDetails(failure);
  const late = failure.errorName === 'States.Timeout';
  if (resource.kind === 'function') {
    return late
      ? { type: 'LambdaFunctionTimedOut', details: { lambdaFunctionTimedOutEventDetails: details } }
      : { type: 'LambdaFunctionFailed', details: { lambdaFunctionFailedEventDetails: details } };
  }
  const named = { ...names(resource), ...details };
  return late
    ? { type: 'TaskTimedOut', details: { taskTimedOutEventDetails: named } }
    : { type: 'TaskFailed', details: { taskFailedEventDetails: named } };
};

/** The result that a `TaskSucceeded` or `TaskSubmitted` event holds. */
export const recordedOutput = (event: HistoryEvent): Json => {
  const details =
    event.taskSucceededEventDetails ??
    event.lambdaFunctionSucceededEventDetails ??
    event.taskSubmittedEventDetails;
  return JSON.parse(details?.output ?? 'null') as Json;
};

/** A failure as the journal keeps it. */
export interface FailureFacts {
  readonly errorName?: string;
  readonly causeText?: string;
  readonly alsoKnownAs: readonly string[];
}

/** What the journal keeps of a failure. */
export const failureFacts = ({ errorName, causeText, alsoKnownAs }: StatesFailure): FailureFacts => ({
  alsoKnownAs,
  ...(errorName === undefined ? {} : { errorName }),
  ...(causeText === undefined ? {} : { causeText }),
});

/** The failure that the journal has kept. */
export const recordedFailure = ({ errorName, causeText, alsoKnownAs }: FailureFacts): StatesFailure =>
  new StatesFailure(errorName, causeText, { alsoKnownAs });
