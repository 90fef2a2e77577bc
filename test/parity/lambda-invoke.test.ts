import {
  AddPermissionCommand,
  InvokeCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { zipOf } from '#test/helpers/archives';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import type { LambdaUser } from './lambda-client.ts';
import { lambdaUser } from './lambda-client.ts';

let running: TestCloud;
let user: LambdaUser;

beforeAll(async () => {
  running = await startTestCloud();
  user = await lambdaUser(running.clientConfig);
});

afterAll(() => running.stop());

const answerOf = async (source: string, settings = {}, payload: unknown = {}) =>
  user.invoke(await user.create(source, settings), payload);

describe('a handler that answers', () => {
  test('gets the event and the context, and its result is the payload', async () => {
    const name = await user.create(
      `export const handler = async (event, context) => ({ event, name: context.functionName, arn: context.invokedFunctionArn,
        id: context.awsRequestId.length, left: context.getRemainingTimeInMillis() > 2000, memory: context.memoryLimitInMB })`,
    );
    expect(await user.invoke(name, { a: 1 })).toMatchObject({
      error: undefined,
      payload: {
        event: { a: 1 },
        name,
        arn: `arn:aws:lambda:eu-central-1:000000000000:function:${name}`,
        id: 36,
        left: true,
        memory: '128',
      },
    });
  });

  test('keeps its module state in the warm environment until the code changes', async () => {
    const source = 'let n = 0; export const handler = async () => ++n;';
    const name = await user.create(source);
    await user.invoke(name);
    expect(await user.invoke(name)).toMatchObject({ payload: 2 });
    const ZipFile = zipOf({ 'index.mjs': `${source} // changed` });
    await user.client.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile }));
    expect(await user.invoke(name)).toMatchObject({ payload: 1 });
  });

  test('sees its own environment, and no variable of the host', async () => {
    const { payload } = await answerOf(
      'export const handler = async () => ({ ...process.env, cwd: process.cwd() });',
      { Environment: { Variables: { COLOUR: 'green' } } },
    );
    expect(payload).toMatchObject({
      COLOUR: 'green',
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL: running.cloud.endpointUrl,
      AWS_SESSION_TOKEN: expect.any(String),
      _HANDLER: 'index.handler',
    });
    expect(payload).toHaveProperty('cwd', (payload as Record<string, string>)['LAMBDA_TASK_ROOT']);
    for (const name of ['NODE_OPTIONS', 'NODE_COMPILE_CACHE', 'NODE_CHANNEL_FD', 'USER']) {
      expect(payload).not.toHaveProperty(name);
    }
  });

  test('runs at the same time as other invocations, each in an environment of its own', async () => {
    const name = await user.create(
      `import { tmpdir } from 'node:os'; import { setTimeout } from 'node:timers/promises';
       export const handler = async () => { await setTimeout(300); return tmpdir(); };`,
    );
    const answers = await Promise.all([user.invoke(name), user.invoke(name)]);
    expect(new Set(answers.map(({ payload }) => payload)).size).toBe(2);
  });

  test('may be CommonJS', async () => {
    const Code = { ZipFile: zipOf({ 'lib/main.cjs': 'exports.run = async () => "common";' }) };
    expect(await answerOf('', { Handler: 'lib/main.run', Code })).toMatchObject({ payload: 'common' });
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
        errorMessage: expect.stringMatching(
          /^RequestId: .* Error: Runtime exited with error: exit status 3$/,
        ),
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
    expect(await answerOf(source)).toMatchObject({ error: 'Unhandled', payload });
  });

  test('reports a handler that takes longer than its time-out, and the next invocation starts afresh', async () => {
    const name = await user.create(
      'export const handler = async (event) => { for (; event.spin; ); return "done"; }',
      { Timeout: 1 },
    );
    expect(await user.invoke(name, { spin: true })).toMatchObject({
      error: 'Unhandled',
      payload: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/^RequestId: .* Error: Task timed out after 1.00 seconds$/),
      },
    });
    expect(await user.invoke(name)).toMatchObject({ payload: 'done' });
  });

  test.each([
    ['buffers', 'Buffer.alloc(5_000_000, 1)'],
    ['arrays', 'new Array(2_000_000).fill(1.5)'],
    ['objects', 'new Array(100_000).fill({}).map(() => ({}))'],
  ])('reports a handler that fills its memory with %s', async (_, item) => {
    const source = `export const handler = async () => { const kept = []; for (;;) kept.push(${item}); }`;
    expect(await answerOf(source, { Timeout: 30 })).toMatchObject({
      error: 'Unhandled',
      payload: {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(/Runtime exited with error: signal: (killed|aborted)$/),
      },
    });
  });
});

describe('output', () => {
  test('goes to the log tail and to the log group between START, END and REPORT', async () => {
    const name = await user.create(
      'export const handler = async () => { console.log("hello %s", "world"); process.stdout.write("raw\\n"); }',
    );
    const { tail } = await user.invoke(name);
    expect(tail).toMatch(
      /^START RequestId: .* Version: \$LATEST\n.*\tINFO\thello world\nraw\nEND .*\nREPORT /,
    );
    const { events } = await new CloudWatchLogsClient(running.clientConfig).send(
      new FilterLogEventsCommand({
        logGroupName: `/aws/lambda/${name}`,
        filterPattern: '"hello world"',
      }),
    );
    expect(events).toHaveLength(1);
  });
});

describe('an invocation is refused', () => {
  test('when the function is not there', async () => {
    await expect(user.invoke('absent')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:eu-central-1:000000000000:function:absent',
    });
  });

  test('when a service comes without a statement in the policy', async () => {
    const name = await user.create('export const handler = async () => 1;');
    const { context } = running.cloud;
    const invoke = () =>
      context.peers.lambda.Invoke({ FunctionName: name }, context.asService('events.amazonaws.com'));
    await expect(invoke()).rejects.toMatchObject({ code: 'AccessDeniedException', status: 403 });
    await user.client.send(
      new AddPermissionCommand({
        FunctionName: name,
        StatementId: 's',
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
      }),
    );
    await expect(invoke()).resolves.toMatchObject({ StatusCode: 200 });
  });

  test('when the payload is not JSON', async () => {
    const name = await user.create('export const handler = async () => 1;');
    const invoke = user.client.send(new InvokeCommand({ FunctionName: name, Payload: '{' }));
    await expect(invoke).rejects.toMatchObject({ name: 'InvalidRequestContentException' });
  });

  test('when the function has no concurrency left', async () => {
    const name = await user.create('export const handler = async () => 1;');
    await user.client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 0 }),
    );
    await expect(user.invoke(name)).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      $metadata: { httpStatusCode: 429 },
    });
  });
});
