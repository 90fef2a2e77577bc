import { Readable } from 'node:stream';
import type { PutEventsResponse } from '@aws-sdk/client-eventbridge';
import type { CloudContext } from '../../cloud-context.ts';
import { AwsError } from '../../errors.ts';
import type { Call } from '../../service.ts';
import type { Invocation } from './model.ts';
import { targetInput } from './target-input.ts';
import type { TargetRequest } from './target-request.ts';
import { targetKind } from './target-request.ts';

/** The name of the role's session while a run is made: 32 hex digits, as AWS has it. */
export const sessionName = ({ id }: Pick<Invocation, 'id'>): string => id.replaceAll('-', '');

/** The call of a run's next attempt. */
export const requestOf = (context: CloudContext, invocation: Invocation): TargetRequest => {
  const { target, id } = invocation;
  const kind = targetKind(target.Arn ?? '');
  if (kind === undefined) {
    throw new AwsError('ValidationException', `the local cloud has no target '${target.Arn}'`);
  }
  return kind.request(target, targetInput(context, invocation), id);
};

const send = async (context: CloudContext, { peer, operation, input }: TargetRequest, call: Call) => {
  const operations = context.peers[peer] as unknown as Readonly<
    Record<string, (input: object, call: Call) => Promise<object>>
  >;
  const bytes =
    peer === 's3' && typeof input['Body'] === 'string'
      ? { Body: Readable.from([Buffer.from(input['Body'])]) }
      : {};
  return operations[operation]?.({ ...input, ...bytes }, call);
};

/** Makes one attempt, as the target's role; throws what the target's service answers. */
export const invokeTarget = async (context: CloudContext, invocation: Invocation): Promise<void> => {
  const request = requestOf(context, invocation);
  const call = context.asRole(invocation.target.RoleArn ?? '', sessionName(invocation));
  try {
    const answer: PutEventsResponse | undefined = await send(context, request, call);
    const refused = answer?.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
    if (request.operation === 'PutEvents' && refused !== undefined) {
      throw new AwsError(refused.ErrorCode ?? '', refused.ErrorMessage ?? '');
    }
  } catch (error) {
    // The attempt before a crash has started it.
    if (error instanceof AwsError && error.code === 'ExecutionAlreadyExists') return;
    throw error;
  }
};
