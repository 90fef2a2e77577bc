import type { QueuedEvent } from './async-events.ts';
import type { LambdaDeps } from './deps.ts';
import { invalidParameter } from './errors.ts';
import type { InvocationOutcome } from './execution-environment.ts';
import { qualifiedKey } from './function-store.ts';
import { functionArn } from './names.ts';

/** Refuses destinations that the local cloud cannot send to. */
export const checkDestination = (arn: string | undefined): void => {
  if (
    arn === undefined ||
    /^arn:aws:(lambda:.*:function:|events:.*:event-bus\/|sqs:[^:]+:\d{12}:[\w-]+$)/.test(arn)
  )
    return;
  throw invalidParameter(
    `the local cloud sends to functions, event buses and queues only, got destination '${arn}'`,
  );
};

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const recordOf = (
  { context }: LambdaDeps,
  event: QueuedEvent,
  outcome: InvocationOutcome,
  condition: string,
): object => ({
  version: '1.0',
  timestamp: new Date(context.clock.now()).toISOString(),
  requestContext: {
    requestId: event.requestId,
    functionArn: functionArn(context, { qualifier: '$LATEST', ...event.reference }),
    condition,
    approximateInvokeCount: event.failures + 1,
  },
  requestPayload: JSON.parse(event.payload) as unknown,
  responseContext: {
    statusCode: 200,
    executedVersion: event.reference.qualifier ?? '$LATEST',
    ...(outcome.error === undefined ? {} : { functionError: 'Unhandled' }),
  },
  responsePayload: JSON.parse(outcome.payload) as unknown,
});

/** Tells the function's destination, if it has one, how an asynchronous invocation ended. */
export const sendToDestination = async (
  deps: LambdaDeps,
  event: QueuedEvent,
  outcome: InvocationOutcome,
  condition: string,
): Promise<void> => {
  const config = deps.store.eventInvokes.get(qualifiedKey(event.reference))?.destinations;
  const succeeded = outcome.error === undefined;
  const destination = (succeeded ? config?.OnSuccess : config?.OnFailure)?.Destination;
  if (destination === undefined) return;
  const record = JSON.stringify(recordOf(deps, event, outcome, condition));
  const { store } = deps;
  const { role } = store.target(event.reference).settings;
  const call = deps.context.asRole(role, event.reference.name);
  if (destination.includes(':function:')) {
    await deps.context.peers.lambda.Invoke(
      { FunctionName: destination, InvocationType: 'Event', Payload: Buffer.from(record) },
      call,
    );
    return;
  }
  if (destination.startsWith('arn:aws:sqs:')) {
    const QueueUrl = destination.split(':').at(-1);
    await deps.context.peers.sqs.SendMessage({ QueueUrl, MessageBody: record }, call);
    return;
  }
  const entry = {
    Source: 'lambda',
    DetailType: `Lambda Function Invocation Result - ${succeeded ? 'Success' : 'Failure'}`,
    Detail: record,
    EventBusName: destination,
    Resources: [functionArn(deps.context, event.reference)],
  };
  await deps.context.peers.events.PutEvents({ Entries: [entry] }, call);
};
