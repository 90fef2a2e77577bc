import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import type { Caller } from '../../identity.ts';
import type { Call } from '../../service.ts';
import type { AsyncEvents } from './async-events.ts';
import type { LambdaDeps } from './deps.ts';
import { invalidParameter, invokeDenied, payloadNotJson, payloadTooLarge } from './errors.ts';
import type { FunctionReference } from './names.ts';
import { functionArn, parseFunctionReference } from './names.ts';
import { policyAllows } from './permissions.ts';

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB synchronous, 1 MB asynchronous.
const payloadLimitBytes = { RequestResponse: 6_291_456, Event: 1_048_576, DryRun: 6_291_456 } as const;

// Over the wire bytes arrive; services in this process may pass what the SDK's client accepts.
const bytesOf = (payload: InvokeCommandInput['Payload']): Buffer => {
  if (payload === undefined) return Buffer.alloc(0);
  if (typeof payload === 'string') return Buffer.from(payload);
  return ArrayBuffer.isView(payload)
    ? Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    : Buffer.from(payload as ArrayBuffer);
};

const textOf = (payload: Buffer, limit: number): string => {
  if (payload.byteLength === 0) return '{}';
  if (payload.byteLength > limit) throw payloadTooLarge(limit);
  const text = payload.toString('utf8');
  try {
    JSON.parse(text);
  } catch (error) {
    throw payloadNotJson(error instanceof Error ? error.message : String(error));
  }
  return text;
};

/** Services that need a statement in the function's policy; Step Functions and others bring a role instead. */
const needsStatement = (caller: Caller): boolean =>
  caller.kind === 'service' && /^(events|s3|elasticloadbalancing|logs)\.amazonaws\.com$/.test(caller.arn);

const checkPolicy = (deps: LambdaDeps, reference: FunctionReference, { caller }: Call): void => {
  if (!needsStatement(caller)) return;
  if (!policyAllows(deps, reference, 'lambda:InvokeFunction', caller.arn)) {
    throw invokeDenied(caller.arn, functionArn(deps.context, reference));
  }
};

/** Answers of more than 6 MB are refused by Lambda, in the function's name. */
const answerOf = (payload: string): { payload: string; tooLarge: boolean } => {
  const limit = payloadLimitBytes.RequestResponse + 100;
  if (Buffer.byteLength(payload) <= limit) return { payload, tooLarge: false };
  return {
    tooLarge: true,
    payload: JSON.stringify({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size exceeded maximum allowed payload size (${limit} bytes).`,
    }),
  };
};

/** Invokes a function: and waits for its answer, or queues the event, or only checks. */
export const invoke = async (
  deps: LambdaDeps & { readonly asyncEvents: AsyncEvents },
  input: InvokeCommandInput,
  call: Call,
): Promise<Omit<InvokeCommandOutput, '$metadata'>> => {
  const type = input.InvocationType ?? 'RequestResponse';
  const reference = parseFunctionReference(input.FunctionName, input.Qualifier);
  const target = deps.store.target(reference);
  checkPolicy(deps, reference, call);
  const limit = payloadLimitBytes[type];
  if (limit === undefined) throw invalidParameter(`unknown InvocationType '${type}'`);
  const payload = textOf(bytesOf(input.Payload), limit);
  const clientContext =
    input.ClientContext === undefined ? undefined : textOf(Buffer.from(input.ClientContext, 'base64'), limit);
  if (type === 'DryRun') return { StatusCode: 204 };
  if (type === 'Event') {
    deps.asyncEvents.enqueue({ reference, payload, requestId: call.requestId });
    return { StatusCode: 202 };
  }
  const outcome = await deps.pool.invoke(target, {
    requestId: call.requestId,
    payload,
    invokedArn: target.invokedArn,
    ...(clientContext === undefined ? {} : { clientContext }),
  });
  const answer = answerOf(outcome.payload);
  return {
    StatusCode: 200,
    ExecutedVersion: target.version,
    ...(outcome.error === undefined && !answer.tooLarge ? {} : { FunctionError: 'Unhandled' }),
    ...(input.LogType === 'Tail' ? { LogResult: Buffer.from(outcome.tail).toString('base64') } : {}),
    // The SDK's own blob class only adds `transformToString`, which a client gets from its own deserialiser.
    Payload: Buffer.from(answer.payload) as unknown as NonNullable<InvokeCommandOutput['Payload']>,
  };
};
