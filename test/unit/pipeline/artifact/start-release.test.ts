import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { startRelease } from '#pipeline/artifact/start-release';

const states = mockClient(SFNClient);
const warnings: unknown[] = [];
const log = {
  info: () => undefined,
  warn: (message: string, fields?: object) => warnings.push([message, fields]),
  error: () => undefined,
};
const deps = { states: states as unknown as SFNClient, stateMachineArn: 'arn:machine', log };
const object = { time: '2026-01-01T00:00:00Z', bucket: 'b', key: 'apps/hello/1.0.0.zip', versionId: 'v1' };

beforeEach(() => {
  states.reset();
  warnings.length = 0;
});

describe('startRelease', () => {
  test('names the execution after the drop', async () => {
    states.on(StartExecutionCommand).resolves({ executionArn: 'arn:execution' });
    const output = await startRelease(object, deps);
    expect(output).toMatchObject({ started: true, release: { app: 'hello', version: '1.0.0' } });
    const [call] = states.commandCalls(StartExecutionCommand);
    expect(call?.args[0].input.name).toMatch(/^hello-1\.0\.0-[0-9a-f]{16}$/);
  });

  test('does nothing for a second delivery of the same drop', async () => {
    states
      .on(StartExecutionCommand)
      .rejects(new ExecutionAlreadyExists({ message: 'exists', $metadata: {} }));
    expect(await startRelease(object, deps)).toMatchObject({ started: false });
  });

  test('ignores a key outside the grammar and logs why', async () => {
    const output = await startRelease({ ...object, key: 'apps/notes.txt' }, deps);
    expect(output).toMatchObject({ started: false, reason: expect.stringContaining("'apps/notes.txt'") });
    expect(warnings).toHaveLength(1);
    expect(states.calls()).toHaveLength(0);
  });

  test('lets any other failure out, so that the event is delivered again', async () => {
    states.on(StartExecutionCommand).rejects(new Error('throttled'));
    await expect(startRelease(object, deps)).rejects.toThrow('throttled');
  });
});
