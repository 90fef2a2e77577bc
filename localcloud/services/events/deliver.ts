import { createHash } from 'node:crypto';
import type { CloudContext, CloudEvent } from '../../cloud-context.ts';
import { AwsError } from '../../errors.ts';
import type { Attempt, Delivery } from './delivery-queue.ts';
import { invocationRefusal } from './function-permission.ts';
import { callForRule, principal } from './rule-call.ts';

/** Puts an event on a bus of this account. */
export type PublishTo = (busArn: string, event: CloudEvent) => void;

// Trying again does not help: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
const permanent =
  /AccessDenied|NotFound|DoesNotExist|NotImplemented|Validation|InvalidArn|InvalidExecutionInput/;

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html lists what a dead letter may say.
const errorCodes: readonly (readonly [code: RegExp, said: string])[] = [
  [/AccessDenied/, 'NO_PERMISSIONS'],
  [/NotFound|DoesNotExist|NonExistent/, 'NO_RESOURCE'],
  [/Throttl|TooManyRequests|RequestLimit/, 'THROTTLING'],
  [/Validation|Invalid/, 'INVALID_PARAMETER'],
];

const errorCode = (code: string): string =>
  errorCodes.find(([pattern]) => pattern.test(code))?.[1] ?? 'ERROR_FROM_TARGET';

const denied = (reason: string): Attempt => ({ done: false, retry: false, code: 'NO_PERMISSIONS', reason });

const toFunction = async (context: CloudContext, { target, input, ruleArn }: Delivery): Promise<Attempt> => {
  const call = context.asService(principal);
  const arn = target.Arn ?? '';
  const refusal = await invocationRefusal(context, arn, ruleArn);
  if (refusal !== undefined) return denied(refusal);
  await context.peers.lambda.Invoke(
    { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(input) },
    call,
  );
  return { done: true };
};

const executionName = ({ id, eventId, ruleArn, target }: Delivery): string => {
  // The same delivery after a crash has the same name: it starts nothing twice.
  const rest = createHash('sha256').update(`${id} ${ruleArn} ${target.Id}`).digest('hex').slice(0, 36);
  return `${eventId}_${rest}`;
};

const toStateMachine = async (context: CloudContext, delivery: Delivery): Promise<Attempt> => {
  const { target, input } = delivery;
  const call = context.asRole(target.RoleArn ?? '', 'events');
  try {
    const stateMachineArn = target.Arn ?? '';
    await context.peers.states.StartExecution(
      { stateMachineArn, input, name: executionName(delivery) },
      call,
    );
  } catch (error) {
    if (!(error instanceof AwsError && error.code === 'ExecutionAlreadyExists')) throw error;
  }
  return { done: true };
};

const toQueue = async (context: CloudContext, { target, input, ruleArn }: Delivery): Promise<Attempt> => {
  const call = callForRule(context, ruleArn);
  const name = (target.Arn ?? '').split(':').at(-1) ?? '';
  await context.peers.sqs.SendMessage({ QueueUrl: name, MessageBody: input }, call);
  return { done: true };
};

const toBus = (context: CloudContext, { target, event }: Delivery, publishTo: PublishTo): Attempt => {
  const arn = target.Arn ?? '';
  if (target.RoleArn !== undefined) {
    const { caller } = context.asRole(target.RoleArn, 'events');
    const refusal = context.backplane.refusal(caller, 'events:PutEvents', [arn]);
    if (refusal !== undefined) return denied(refusal);
  }
  publishTo(arn, JSON.parse(event) as CloudEvent);
  return { done: true };
};

const attempt = (
  context: CloudContext,
  delivery: Delivery,
  publishTo: PublishTo,
): Promise<Attempt> | Attempt => {
  const arn = delivery.target.Arn ?? '';
  const service = arn.split(':')[2];
  if (service === 'lambda') return toFunction(context, delivery);
  if (service === 'states') return toStateMachine(context, delivery);
  if (service === 'events') return toBus(context, delivery, publishTo);
  if (service === 'sqs') return toQueue(context, delivery);
  const reason = `the local cloud delivers nothing to '${arn}'`;
  return { done: false, retry: false, code: 'NO_RESOURCE', reason };
};

/** Makes one attempt at a delivery; never rejects. */
export const deliver = async (
  context: CloudContext,
  delivery: Delivery,
  publishTo: PublishTo,
): Promise<Attempt> => {
  try {
    return await attempt(context, delivery, publishTo);
  } catch (error) {
    const code = error instanceof AwsError ? error.code : '';
    const message = error instanceof Error ? error.message : String(error);
    return {
      done: false,
      retry: !permanent.test(code),
      code: errorCode(code),
      reason: [code, message].filter(Boolean).join(': '),
    };
  }
};
