import * as Lambda from '@aws-sdk/client-lambda';
import { StatesFailure } from '../../../states-language/failure.ts';
import type { Json, JsonObject } from '../../../states-language/json.ts';
import { isObject } from '../../../states-language/json.ts';
import type { TaskCall } from '../../../states-language/ports.ts';
import { httpMetadata } from './http-metadata.ts';
import { optimisedFailure } from './service-failure.ts';
import type { CallingExecution, TaskContext } from './task-context.ts';
import { roleCall } from './task-context.ts';

const names = { prefix: 'Lambda', service: 'AWSLambda', module: Lambda };

const parse = (text: string): Json => {
  try {
    return JSON.parse(text === '' ? 'null' : text) as Json;
  } catch {
    return text;
  }
};

/** The failure that a function's error answer stands for. */
const functionFailure = (payload: string): StatesFailure => {
  const error = parse(payload);
  const type = isObject(error) ? error['errorType'] : undefined;
  if (typeof type === 'string') return new StatesFailure(type, payload);
  return new StatesFailure(
    'Lambda.Unknown',
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`,
  );
};

const payloadText = (payload: Json | undefined): string => {
  if (payload === undefined) return '{}';
  // A string that is JSON goes to the function as it is (recorded from AWS).
  if (typeof payload === 'string' && typeof parse(payload) !== 'undefined' && parse(payload) !== payload)
    return payload;
  return JSON.stringify(payload);
};

const request = (call: TaskCall): { input: Lambda.InvocationRequest; isWholeAnswer: boolean } => {
  if (call.resource.kind === 'function') {
    const Payload = Buffer.from(JSON.stringify(call.arguments));
    return { input: { FunctionName: call.resource.arn, Payload }, isWholeAnswer: false };
  }
  const args: JsonObject = isObject(call.arguments) ? call.arguments : {};
  const { Payload, ...others } = args;
  return {
    input: { ...(others as unknown as Lambda.InvocationRequest), Payload: Buffer.from(payloadText(Payload)) },
    isWholeAnswer: true,
  };
};

/** Invokes a Lambda function: `lambda:invoke`, or a function's ARN as the resource. */
export const invokeFunction = async (
  { context }: TaskContext,
  execution: CallingExecution,
  call: TaskCall,
): Promise<Json> => {
  const { input, isWholeAnswer } = request(call);
  const details = roleCall(context, execution, call);
  let output: Lambda.InvocationResponse;
  try {
    output = await context.peers.lambda.Invoke(input as never, details);
  } catch (error) {
    throw optimisedFailure(names, error, details.requestId);
  }
  const payload = Buffer.from(output.Payload ?? []).toString();
  if (output.FunctionError !== undefined) throw functionFailure(payload);
  const answer = parse(payload);
  if (!isWholeAnswer) return answer;
  const version = output.ExecutedVersion ?? '$LATEST';
  return {
    ExecutedVersion: version,
    Payload: answer,
    ...httpMetadata(
      details.requestId,
      answer,
      context.clock.now(),
      { 'X-Amz-Executed-Version': version, 'x-amzn-Remapped-Content-Length': '0' },
      'application/json',
    ),
    StatusCode: output.StatusCode ?? 200,
  };
};
