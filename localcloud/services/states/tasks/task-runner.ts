import { StatesFailure } from '../../../states-language/failure.ts';
import type { Json } from '../../../states-language/json.ts';
import type { TaskCall, TaskRunner } from '../../../states-language/ports.ts';
import { callSdk } from './call-sdk.ts';
import { invokeFunction } from './invoke-function.ts';
import { putEvents } from './put-events.ts';
import { sdkServices } from '../../../sdk-services.ts';
import { executionCompletion, startExecution } from './start-execution.ts';
import type { CallingExecution, TaskContext } from './task-context.ts';

type Perform = (tasks: TaskContext, execution: CallingExecution, call: TaskCall) => Promise<Json>;

const optimised: Readonly<Record<string, Perform>> = {
  'lambda:invoke': invokeFunction,
  'lambda:invoke.waitForTaskToken': invokeFunction,
  'states:startExecution': startExecution,
  'states:startExecution.sync': startExecution,
  'states:startExecution.sync:2': startExecution,
  'states:startExecution.waitForTaskToken': startExecution,
  'events:putEvents': putEvents,
  'events:putEvents.waitForTaskToken': putEvents,
};

/** Can the local cloud make the calls of this resource? */
export const isCallable = ({
  kind,
  resourceType,
  resource,
  service,
  pattern,
}: TaskCall['resource']): boolean => {
  if (kind === 'function') return true;
  if (kind === 'sdk') return service in sdkServices && !pattern.startsWith('sync');
  return `${resourceType}:${resource}` in optimised;
};

const performOf = ({ kind, resourceType, resource }: TaskCall['resource']): Perform => {
  if (kind === 'function') return invokeFunction;
  if (kind === 'sdk') return callSdk;
  const perform = optimised[`${resourceType}:${resource}`];
  if (perform !== undefined) return perform;
  throw new StatesFailure(
    'States.Runtime',
    `the local cloud has no integration '${resourceType}:${resource}'`,
  );
};

/** Makes the calls of one execution's tasks, as the state machine's role. */
export const createTaskRunner = (tasks: TaskContext, execution: CallingExecution): TaskRunner => ({
  request: async (call) => performOf(call.resource)(tasks, execution, call),
  completion: (call, submitted) => executionCompletion(tasks, execution, call, submitted),
});
