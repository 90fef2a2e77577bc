import * as EventBridge from '@aws-sdk/client-eventbridge';
import { StatesFailure } from '../../../states-language/failure.ts';
import type { Json } from '../../../states-language/json.ts';
import { isObject } from '../../../states-language/json.ts';
import type { TaskCall } from '../../../states-language/ports.ts';
import { optimisedFailure } from './service-failure.ts';
import type { CallingExecution, TaskContext } from './task-context.ts';
import { roleCall } from './task-context.ts';

const names = { prefix: 'EventBridge', service: 'AmazonEventBridge', module: EventBridge };

const toEntry = (entry: Json, execution: CallingExecution): EventBridge.PutEventsRequestEntry => {
  if (!isObject(entry)) throw new StatesFailure('States.Runtime', 'an entry of putEvents must be an object');
  const { Detail, Resources, ...others } = entry;
  const named = Array.isArray(Resources) ? (Resources as string[]) : [];
  return {
    ...others,
    ...(Detail === undefined ? {} : { Detail: typeof Detail === 'string' ? Detail : JSON.stringify(Detail) }),
    // AWS adds where the event came from.
    Resources: [...named, execution.machineArn, execution.arn],
  };
};

/** `events:putEvents`: any refused entry fails the task. */
export const putEvents = async (
  { context }: TaskContext,
  execution: CallingExecution,
  call: TaskCall,
): Promise<Json> => {
  const entries = isObject(call.arguments) ? call.arguments['Entries'] : undefined;
  if (!Array.isArray(entries))
    throw new StatesFailure('States.Runtime', "putEvents needs 'Entries', an array");
  const details = roleCall(context, execution, call);
  let output: EventBridge.PutEventsResponse;
  try {
    const Entries = entries.map((entry) => toEntry(entry, execution));
    output = await context.peers.events.PutEvents({ Entries }, details);
  } catch (error) {
    throw optimisedFailure(names, error, details.requestId);
  }
  const { FailedEntryCount = 0, Entries = [] } = output;
  const result = { Entries, FailedEntryCount };
  if (FailedEntryCount > 0) throw new StatesFailure('EventBridge.FailedEntry', JSON.stringify(result));
  return JSON.parse(JSON.stringify(result)) as Json;
};
