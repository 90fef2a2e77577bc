import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';

const states = mockClient(SFNClient);
const context = {} as Context;
let handler: (event: unknown, context: Context) => Promise<unknown>;

/** An event as S3 sends it (AWS-FACTS 4.6). */
const event = (object: Record<string, unknown>) => ({
  version: '0',
  'detail-type': 'Object Created',
  source: 'aws.s3',
  time: '2026-01-01T00:00:00Z',
  detail: { version: '0', bucket: { name: 'bucket' }, object, reason: 'CompleteMultipartUpload' },
});

beforeAll(async () => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
  process.env['AWS_REGION'] = 'eu-central-1';
  process.env['KILN_RELEASE_STATE_MACHINE_ARN'] = 'arn:machine';
  ({ handler } = await import('#functions/start-release'));
});

beforeEach(() => {
  states.reset();
  states.on(StartExecutionCommand).resolves({ executionArn: 'arn:execution' });
});

const input = (): unknown =>
  JSON.parse(states.commandCalls(StartExecutionCommand)[0]?.args[0].input.input ?? 'null');

describe('the handler of "Object Created" events', () => {
  test('starts the release of the version that was put', async () => {
    await handler(
      event({ key: 'apps/hello/1.0.0.zip', size: 5, 'version-id': 'v1', sequencer: 'A1' }),
      context,
    );
    expect(input()).toMatchObject({
      bucket: 'bucket',
      key: 'apps/hello/1.0.0.zip',
      versionId: 'v1',
      droppedAt: '2026-01-01T00:00:00Z',
    });
  });

  test('D09: tells drops apart by their sequencer where the bucket has no versions', async () => {
    await handler(event({ key: 'apps/hello/1.0.0.zip', sequencer: 'A1' }), context);
    await handler(event({ key: 'apps/hello/1.0.0.zip', sequencer: 'A2' }), context);
    const names = states.commandCalls(StartExecutionCommand).map((call) => call.args[0].input.name);
    expect(new Set(names).size).toBe(2);
    expect(input()).toMatchObject({ versionId: 'null' });
  });

  test('D16: refuses an event of another shape', async () => {
    await expect(handler({ time: 'x', detail: {} }, context)).rejects.toThrow();
    expect(states.calls()).toHaveLength(0);
  });
});
