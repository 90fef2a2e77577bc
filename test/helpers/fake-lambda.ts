import * as Lambda from '@aws-sdk/client-lambda';
import { AwsError } from '#localcloud/errors';
import type { ServiceFactory } from '#localcloud/service';
import { defineService } from '#localcloud/service';

/** A function of the test: gets the payload, returns the answer or throws. */
// oxlint-disable-next-line typescript/no-explicit-any -- a function says itself what it takes
export type FakeFunction = (payload: any) => unknown;

/** One invocation that a fake Lambda has seen. */
export interface Invocation {
  readonly name: string;
  readonly payload: unknown;
  readonly type: string;
  /** ARN of the caller. */
  readonly caller: string;
}

/** A Lambda service whose functions are those of the test. */
export interface FakeLambda {
  readonly factory: ServiceFactory;
  readonly invocations: readonly Invocation[];
}

const nameOf = (reference = ''): string => reference.split(':')[6] ?? reference;

/** Creates the service; every function allows EventBridge to invoke it. */
export const createFakeLambda = (functions: Readonly<Record<string, FakeFunction>>): FakeLambda => {
  const invocations: Invocation[] = [];
  const everyone = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
  };
  const factory: ServiceFactory = () =>
    defineService(Lambda, {
      name: 'lambda',
      signingName: 'lambda',
      protocol: 'rest-json',
      version: '2015-03-31',
    })(
      {
        GetPolicy: () => ({ Policy: JSON.stringify({ Version: '2012-10-17', Statement: [everyone] }) }),
        Invoke: async (input, call) => {
          const name = nameOf(input.FunctionName);
          const run = functions[name];
          if (run === undefined) {
            throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, { status: 404 });
          }
          const payload = JSON.parse(
            Buffer.from((input.Payload ?? new Uint8Array()) as Uint8Array).toString() || '{}',
          ) as unknown;
          const type = input.InvocationType ?? 'RequestResponse';
          invocations.push({ name, payload, type, caller: call.caller.arn });
          const answer = (value: unknown, more: object = {}): never =>
            ({
              StatusCode: 200,
              ExecutedVersion: '$LATEST',
              Payload: Buffer.from(JSON.stringify(value ?? null)),
              ...more,
            }) as never;
          try {
            return answer(await run(payload));
          } catch (error) {
            if (error instanceof AwsError || !(error instanceof Error)) throw error;
            return answer(
              { errorType: error.name, errorMessage: error.message, trace: [] },
              { FunctionError: 'Unhandled' },
            );
          }
        },
      },
      { resources: { Invoke: (input) => [input.FunctionName ?? ''] } },
    );
  return { factory, invocations };
};
