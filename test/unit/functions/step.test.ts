import { describe, expect, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { logger } from '#functions/shared/log';
import { step } from '#functions/shared/step';
import { SmokeTestFailedError } from '#pipeline/errors';
import { autoScalingError } from '#test/helpers/service-error';

const context = { functionName: 'smokeTestImage', awsRequestId: 'r-1' } as Context;

/** What `work` logs as warnings; its failure is left aside. */
const logged = async (work: () => Promise<unknown>): Promise<Record<string, unknown>[]> => {
  const lines: string[] = [];
  const { console } = logger as unknown as { console: { warn: (line: string) => void } };
  const { warn } = console;
  console.warn = (line) => lines.push(line);
  try {
    await work().catch(() => undefined);
  } finally {
    console.warn = warn;
  }
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
};

describe('a step', () => {
  test('hands input and result through', async () => {
    expect(await step((input: number) => Promise.resolve(input + 1))(1, context)).toBe(2);
  });

  test('lets an error out under its name, by which the state machine knows it', async () => {
    const failing = step(() => Promise.reject(new SmokeTestFailedError('ami-1', 'it exited')));
    let failure: unknown;
    await logged(async () => {
      failure = await failing({}, context).catch((error: unknown) => error);
    });
    expect(failure).toMatchObject({ name: 'SmokeTestFailed' });
  });

  test('names what is AWS’s passing trouble so, whatever the call', async () => {
    const failing = step(() => Promise.reject(autoScalingError('Throttling')));
    const lines = await logged(async () => {
      await expect(failing({}, context)).rejects.toMatchObject({ name: 'CloudUnavailable' });
    });
    expect(lines).toMatchObject([
      { reason: 'CloudUnavailable', failure: expect.stringContaining('Throttling, said AWS') },
    ]);
  });

  test('logs an error once, with the request, and without the input', async () => {
    const failing = step(() => Promise.reject(new SmokeTestFailedError('ami-1', 'it exited')));
    const lines = await logged(() => failing({ secret: 'hush' }, context));
    expect(lines).toMatchObject([
      {
        message: 'step failed',
        reason: 'SmokeTestFailed',
        failure: expect.stringContaining('it exited'),
        function_request_id: 'r-1',
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain('hush');
  });
});
