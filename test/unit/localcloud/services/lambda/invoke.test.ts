import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CloudContext } from '#localcloud/cloud-context';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { createFunction, invokeFunction, startLambdaCloud } from './lambda-cloud.ts';
import { zipOf } from './zip-of.ts';

let running: TestCloud;
let context: CloudContext;

beforeEach(async () => {
  running = await startLambdaCloud();
  context = running.cloud.context;
});

afterEach(() => running.stop());

describe('a handler that answers', () => {
  test('gets the event and the context, and its result is the payload', async () => {
    await createFunction(
      context,
      `export const handler = async (event, context) => ({ event, name: context.functionName, arn: context.invokedFunctionArn,
        id: context.awsRequestId.length, left: context.getRemainingTimeInMillis() > 2000, memory: context.memoryLimitInMB })`,
    );
    expect(await invokeFunction(context, { a: 1 })).toMatchObject({
      error: undefined,
      payload: {
        event: { a: 1 },
        name: 'f',
        arn: 'arn:aws:lambda:eu-central-1:000000000000:function:f',
        id: 36,
        left: true,
        memory: '128',
      },
    });
  });

  test('keeps its module state in the warm environment until the code changes', async () => {
    const source = 'let n = 0; export const handler = async () => ++n;';
    await createFunction(context, source);
    await invokeFunction(context);
    expect(await invokeFunction(context)).toMatchObject({ payload: 2 });
    await context.peers.lambda.UpdateFunctionCode(
      { FunctionName: 'f', ZipFile: zipOf({ 'index.mjs': `${source} // changed` }) },
      context.asService('test'),
    );
    expect(await invokeFunction(context)).toMatchObject({ payload: 1 });
  });

  test('sees its own environment, and no variable of the host', async () => {
    await createFunction(context, 'export const handler = async () => process.env;', {
      Environment: { Variables: { COLOUR: 'green' } },
    });
    const { payload } = await invokeFunction(context);
    expect(payload).toMatchObject({
      COLOUR: 'green',
      AWS_REGION: 'eu-central-1',
      AWS_LAMBDA_FUNCTION_NAME: 'f',
      AWS_ENDPOINT_URL: running.cloud.endpointUrl,
      AWS_ACCESS_KEY_ID: 'ASIATEST',
      AWS_SESSION_TOKEN: 'token',
      _HANDLER: 'index.handler',
    });
    expect(payload).not.toHaveProperty('NODE_OPTIONS');
  });

  test('runs at the same time as other invocations, each in an environment of its own', async () => {
    await createFunction(
      context,
      `import { tmpdir } from 'node:os'; import { setTimeout } from 'node:timers/promises';
       export const handler = async () => { await setTimeout(100); return tmpdir(); };`,
    );
    const answers = await Promise.all([invokeFunction(context), invokeFunction(context)]);
    expect(new Set(answers.map(({ payload }) => payload)).size).toBe(2);
  });
});

describe('a function error', () => {
  const cases: readonly [rule: string, source: string, payload: object][] = [
    [
      'reports the name and message of what the handler throws',
      'class BadArtifactError extends Error { name = "BadArtifactError" } export const handler = async () => { throw new BadArtifactError("no entry point"); }',
      { errorType: 'BadArtifactError', errorMessage: 'no entry point', trace: expect.any(Array) },
    ],
    [
      'reports a thrown value that is no error by its type',
      'export const handler = async () => { throw "plain"; }',
      { errorType: 'string', errorMessage: 'plain' },
    ],
    [
      'reports process.exit as an exit of the runtime',
      'export const handler = async () => process.exit(3)',
      {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(/^RequestId: .* Error: Runtime exited with error: exit status 3$/),
      },
    ],
    [
      'reports a rejection that nobody handles',
      'export const handler = () => new Promise(() => { Promise.reject(new Error("lost")); })',
      { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: lost' },
    ],
    [
      'reports an error outside of the handler',
      'export const handler = () => new Promise(() => { setImmediate(() => { throw new TypeError("late"); }); })',
      { errorType: 'TypeError', errorMessage: 'late' },
    ],
    [
      'reports a module that imports what is not there',
      'import "not-there"; export const handler = async () => 1;',
      {
        errorType: 'Runtime.ImportModuleError',
        errorMessage: expect.stringContaining("Cannot find package 'not-there'"),
      },
    ],
    ['reports a syntax error', 'export const = ;', { errorType: 'Runtime.UserCodeSyntaxError' }],
    [
      'reports a handler that is not exported',
      'export const other = 1;',
      {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: 'index.handler is undefined or not exported',
      },
    ],
    ['reports an error while the module loads', 'throw new RangeError("early")', { errorType: 'RangeError' }],
    [
      'reports a result that has no JSON',
      'export const handler = async () => 1n;',
      { errorType: 'Runtime.MarshalError' },
    ],
  ];

  test.each(cases)('%s', async (_, source, payload) => {
    await createFunction(context, source);
    expect(await invokeFunction(context)).toMatchObject({ error: 'Unhandled', payload });
  });

  test('reports a handler that takes longer than its time-out, and the next invocation starts afresh', async () => {
    await createFunction(
      context,
      'export const handler = async (event) => { for (; event.spin; ); return "done"; }',
      { Timeout: 1 },
    );
    expect(await invokeFunction(context, { spin: true })).toMatchObject({
      error: 'Unhandled',
      payload: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/^RequestId: .* Error: Task timed out after 1.00 seconds$/),
      },
    });
    expect(await invokeFunction(context)).toMatchObject({ payload: 'done' });
  });

  test('reports a handler that needs more memory than it has', async () => {
    await createFunction(
      context,
      'export const handler = async () => { const kept = []; for (;;) kept.push(new Array(100_000).fill({}).map(() => ({}))); }',
      { MemorySize: 128, Timeout: 30 },
    );
    expect(await invokeFunction(context)).toMatchObject({
      error: 'Unhandled',
      payload: {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(/Runtime exited with error: signal: killed$/),
      },
    });
  });
});

describe('output', () => {
  test('goes to the log tail and to the log group between START, END and REPORT', async () => {
    await createFunction(
      context,
      'export const handler = async () => { console.log("hello %s", "world"); process.stdout.write("raw\\n"); }',
    );
    const { tail } = await invokeFunction(context);
    expect(tail).toMatch(/^START RequestId: .* Version: \$LATEST\n.*\tINFO\thello world\nraw\nEND .*\nREPORT /);
    const { events } = await context.peers.logs.FilterLogEvents(
      { logGroupName: '/aws/lambda/f', filterPattern: '"hello world"' },
      context.asService('test'),
    );
    expect(events).toHaveLength(1);
  });
});

describe('an invocation is refused', () => {
  const invokeWith = (input: object): Promise<unknown> =>
    context.peers.lambda.Invoke({ FunctionName: 'f', ...input }, context.asService('events.amazonaws.com'));

  test('when the function is not there', async () => {
    await expect(invokeWith({})).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:eu-central-1:000000000000:function:f',
    });
  });

  test('when a service comes without a statement in the policy', async () => {
    await createFunction(context, 'export const handler = async () => 1;');
    await expect(invokeWith({})).rejects.toMatchObject({ code: 'AccessDeniedException', status: 403 });
    await context.peers.lambda.AddPermission(
      {
        FunctionName: 'f',
        StatementId: 's',
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
      },
      context.asService('test'),
    );
    await expect(invokeWith({})).resolves.toMatchObject({ StatusCode: 200 });
    await expect(invokeWith({ Payload: Buffer.from('{') })).rejects.toMatchObject({
      code: 'InvalidRequestContentException',
    });
  });

  test('when the function has no concurrency left', async () => {
    await createFunction(context, 'export const handler = async () => 1;');
    await context.peers.lambda.PutFunctionConcurrency(
      { FunctionName: 'f', ReservedConcurrentExecutions: 0 },
      context.asService('test'),
    );
    await expect(invokeFunction(context)).rejects.toMatchObject({
      code: 'TooManyRequestsException',
      status: 429,
    });
  });
});
