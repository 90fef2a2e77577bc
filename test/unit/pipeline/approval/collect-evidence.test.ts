import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { ListChangedBlocksCommand } from '@aws-sdk/client-ebs';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { collectEvidence } from '#pipeline/approval/collect-evidence';
import { releaseKey } from '#pipeline/release/release-record';
import { configurationOf } from '#pipeline/rollout/configuration';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { approvalWorld, aReleaseRecord, aServing } from '#test/helpers/approval-world';
import { anImage, aRelease } from '#test/helpers/pipeline-fixtures';
import { ebsError } from '#test/helpers/service-error';

let world: ReturnType<typeof approvalWorld>;

const image = (n: number, contentBytes: number, files: number) =>
  anImage(n, { bake: { ...anImage(n).bake, contentBytes, files } });

const collect = (current = aServing(1, { A: '1', B: '2' }) as ReturnType<typeof aServing> | undefined) =>
  collectEvidence(
    {
      plan: {
        ...world.plan(2),
        image: image(2, 1500, 12),
        configuration: configurationOf({ B: '3', C: 'secret' }),
      },
      release: aReleaseRecord(2, { source: { commit: 'abc' } }),
      current,
    },
    world.deps,
  );

beforeEach(() => {
  world = approvalWorld();
  world.documents.all.set(releaseKey(aRelease(1)), aReleaseRecord(1, { image: image(1, 1000, 14) }));
  world.ebs
    .on(ListChangedBlocksCommand)
    .resolves({ ChangedBlocks: [{ BlockIndex: 1 }, { BlockIndex: 2 }], NextToken: 'more' })
    .on(ListChangedBlocksCommand, { NextToken: 'more' })
    .resolves({ ChangedBlocks: [{ BlockIndex: 9 }] });
});

describe('collectEvidence', () => {
  test('compares with what serves now', async () => {
    const evidence = await collect();
    expect(evidence).toMatchObject({
      source: { commit: 'abc' },
      replaces: { releaseId: aRelease(1).releaseId, version: '1.0.0' },
      imageId: 'ami-2',
      digest: 'sha256:2',
      size: { contentBytes: 1500, files: 12, contentBytesDelta: 500, filesDelta: -2, changedBlocks: 3 },
      bootSeconds: 3,
    });
    expect(world.ebs.commandCalls(ListChangedBlocksCommand)[0]?.args[0].input).toMatchObject({
      FirstSnapshotId: 'snap-1',
      SecondSnapshotId: 'snap-2',
    });
  });

  test('names the parameters that change, never their values', async () => {
    const evidence = await collect();
    expect(evidence.changedParameters).toEqual(['A', 'B', 'C']);
    expect(JSON.stringify(evidence)).not.toContain('secret');
    const same = aServing(1, { C: 'secret', B: '3' });
    expect((await collect(same)).changedParameters).toEqual([]);
  });

  test('the same snapshot has no changed blocks, and nobody is asked', async () => {
    const record = aReleaseRecord(1, { image: { ...image(1, 1000, 14), snapshotId: 'snap-2' } });
    world.documents.all.set(releaseKey(aRelease(1)), record);
    expect((await collect()).size.changedBlocks).toBe(0);
    expect(world.ebs.commandCalls(ListChangedBlocksCommand)).toHaveLength(0);
  });

  test('the first release has nothing to compare with', async () => {
    const evidence = await collectEvidence(
      { plan: world.plan(2), release: aReleaseRecord(2), current: undefined },
      world.deps,
    );
    expect(evidence).not.toHaveProperty('replaces');
    expect(evidence.size).toEqual({ contentBytes: 1, files: 1 });
  });

  describe('from the environment before', () => {
    const serving = (n: number): void => {
      const current = { ...aServing(n), liveAt: '2026-01-31T23:50:00Z' };
      world.documents.all.set(environmentKey('dev', 'hello'), {
        app: 'hello',
        environment: 'dev',
        updatedAt: '',
        current: { ...current, targetGroupArn: `arn:aws:elb:eu:1:targetgroup/hello-${n}/id` },
      });
    };
    const metrics = (values: Readonly<Record<string, number[]>>): void => {
      world.cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries = [] }: GetInput) => ({
        MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }) => {
          const Values = values[MetricStat?.Metric?.MetricName ?? ''] ?? [];
          return { Id, Values, Timestamps: Values.map((_, minute) => new Date(minute * 60_000)) };
        }),
      }));
    };
    interface GetInput {
      readonly MetricDataQueries?: {
        Id: string;
        MetricStat?: { Metric?: { MetricName?: string; Dimensions?: unknown } };
      }[];
    }

    test('come the requests and errors since the release went live there', async () => {
      serving(2);
      metrics({ RequestCount: [100, 20], HTTPCode_Target_5XX_Count: [2, 1] });
      expect((await collect()).before).toEqual({ environment: 'dev', requests: 120, errors: 3 });
      const input = world.cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input;
      expect(input?.StartTime).toEqual(new Date('2026-01-31T23:50:00Z'));
      expect(JSON.stringify(input)).toContain('"app/kiln/lb-1"');
    });

    test('come none when another release serves there by now', async () => {
      serving(3);
      metrics({ RequestCount: [100] });
      expect(await collect()).not.toHaveProperty('before');
    });

    test('and none when CloudWatch fails', async () => {
      serving(2);
      world.cloudWatch.on(GetMetricDataCommand).rejects(new Error('throttled'));
      expect(await collect()).not.toHaveProperty('before');
    });
  });

  test('a source that fails is left out and stops nothing', async () => {
    world.ebs.on(ListChangedBlocksCommand).rejects(ebsError('ValidationException'));
    const evidence = await collect();
    expect(evidence.size).toEqual({ contentBytes: 1500, files: 12, contentBytesDelta: 500, filesDelta: -2 });
    world.documents.all.delete(releaseKey(aRelease(1)));
    expect((await collect()).size).toEqual({ contentBytes: 1500, files: 12 });
  });
});
