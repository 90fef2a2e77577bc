import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { readEndedMachine, readEndedMachines } from '#cli/machines/ended-machines';
import { endedColumns, renderEnd } from '#cli/machines/render-ended';
import type { CommandContext } from '#cli/command-context';
import type { EndedMachine } from '#pipeline/machine/ended-machine';
import { endedMachineKey } from '#pipeline/machine/ended-machine';
import { minutesAgo, NOW } from '#test/helpers/cli-fixtures';
import { memoryDocuments } from '#test/helpers/memory-documents';

const aBox = (n: number, more: Partial<EndedMachine> = {}): EndedMachine => ({
  instanceId: `i-${n}`,
  app: 'hello',
  environment: 'dev',
  version: '1.0.0',
  releaseId: 'hello-1.0.0-1',
  zone: 'eu-central-1a',
  groupName: 'group-1',
  reason: 'age',
  detail: 'Client.UserInitiatedShutdown: User initiated shutdown',
  launchedAt: minutesAgo(100),
  endedAt: minutesAgo(n),
  ageSeconds: 6000 - n * 60,
  console: 'the end\n',
  ...more,
});

const contextWith = (boxes: readonly EndedMachine[]) => {
  const documents = memoryDocuments(Object.fromEntries(boxes.map((box) => [endedMachineKey(box), box])));
  const read: string[] = [];
  const s3 = mockClient(S3Client);
  s3.on(ListObjectsV2Command).callsFake(({ Prefix = '' }: ListObjectsV2Command['input']) => ({
    Contents: boxes
      .filter((box) => endedMachineKey(box).startsWith(Prefix))
      .map((box) => ({ Key: endedMachineKey(box), LastModified: new Date(box.endedAt) })),
  }));
  const context = {
    connection: { s3: new S3Client({ region: 'r' }) },
    stack: { bucket: 'bucket' },
    documents: {
      ...documents,
      read: (key: string) => {
        read.push(key);
        return documents.read(key);
      },
    },
  } as unknown as CommandContext;
  return { context, read };
};

const BOXES = [
  aBox(30),
  aBox(10, { app: 'other' }),
  aBox(20, { environment: 'prod' }),
  aBox(5),
  aBox(40, { environment: 'prod', app: 'other' }),
];

const idsOf = async (selection: object, limit = 50): Promise<string[]> =>
  (await readEndedMachines({ ...selection, limit }, contextWith(BOXES).context)).map(
    ({ instanceId }) => instanceId,
  );

describe('machines that ended', () => {
  test('are listed newest first, of an app, an environment, or all', async () => {
    expect(await idsOf({})).toEqual(['i-5', 'i-10', 'i-20', 'i-30', 'i-40']);
    expect(await idsOf({ app: 'hello' })).toEqual(['i-5', 'i-20', 'i-30']);
    expect(await idsOf({ environment: 'prod' })).toEqual(['i-20', 'i-40']);
    expect(await idsOf({ environment: 'prod', app: 'other' })).toEqual(['i-40']);
    expect(await idsOf({ environment: 'pro' })).toEqual([]);
  });

  test('only what is shown is read', async () => {
    const { context, read } = contextWith(BOXES);
    expect(await readEndedMachines({ limit: 2 }, context)).toHaveLength(2);
    expect(read).toHaveLength(2);
  });

  test('one is found by its id, with its console', async () => {
    const { context } = contextWith(BOXES);
    expect(await readEndedMachine('i-20', context)).toMatchObject({
      environment: 'prod',
      console: 'the end\n',
    });
    await expect(readEndedMachine('i-2', context)).rejects.toMatchObject({
      name: 'UserError',
      message: "no black box of a machine 'i-2' in the last 30 days",
    });
  });

  test('the table says why, how old and when', () => {
    const [box] = [aBox(5)];
    expect(endedColumns(NOW).map(({ text }) => text(box as never))).toEqual([
      'i-5',
      'hello',
      '1.0.0',
      'dev',
      'eu-central-1a',
      'age',
      '1h',
      '5m ago',
    ]);
  });

  test('one alone says also what AWS says', () => {
    expect(renderEnd(aBox(5), NOW)).toBe(
      'i-5, hello 1.0.0 in dev, ended 5m ago after 1h: age\n  Client.UserInitiatedShutdown: User initiated shutdown',
    );
    expect(renderEnd(aBox(5, { detail: '' }), NOW)).not.toContain('\n');
  });
});
