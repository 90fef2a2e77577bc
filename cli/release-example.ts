import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { packDirectory } from '#bakery/artifact/pack-directory';
import { isGone } from '#pipeline/artifact/is-gone';
import { releaseOf } from '#pipeline/artifact/release-of';
import { poll } from '#pipeline/clock';
import type { EnvironmentRecord, Release, ReleaseRecord } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { readTargetHealth } from '#pipeline/traffic/target-group';
import type { CommandContext } from './command-context.ts';
import { dropArtifact } from './drop-artifact.ts';
import { kilnHome, projectRoot } from './home.ts';
import { withStep } from './output.ts';
import { isFinal, watchRelease } from './progress/watch-release.ts';

const ANSWER_TIMEOUT_MILLISECONDS = 180_000;

/** Writes the example as an artifact to play with. */
const packExample = async (): Promise<string> => {
  const directory = join(kilnHome(), 'examples');
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'hello-2.0.0.zip');
  await writeFile(path, await packDirectory(join(projectRoot, 'examples/hello-node')));
  return path;
};

/**
 * As long as no target is healthy, the balancer tries all of them: one answer would say nothing of the next. The record
 * is read anew each time, since a rollout that a killed process left may end meanwhile.
 */
const isHealthy = async ({ connection, documents }: CommandContext): Promise<boolean> => {
  const live = await documents.read<EnvironmentRecord>(environmentKey('dev', 'hello'));
  if (live?.current === undefined) return false;
  const targets = await readTargetHealth(live.current.targetGroupArn, connection.balancing);
  return targets.some((target) => target.TargetHealth?.State === 'healthy');
};

const waitForAnswer = (context: CommandContext, signal: AbortSignal): Promise<void> =>
  withStep(context.output, 'first answer', async () => {
    const body = await poll(
      context.clock,
      { intervalMilliseconds: 200, timeoutMilliseconds: ANSWER_TIMEOUT_MILLISECONDS },
      async () => {
        signal.throwIfAborted();
        if (!(await isHealthy(context))) return undefined;
        const answer = await fetch(context.stack.devUrl, { signal: AbortSignal.timeout(10_000) }).catch(
          () => undefined,
        );
        return answer?.ok === true ? answer.text() : undefined;
      },
    );
    if (body === undefined) {
      throw new Error(
        `no good answer from ${context.stack.devUrl} within ${ANSWER_TIMEOUT_MILLISECONDS / 1000} s`,
      );
    }
    return [undefined, body.slice(0, 100)];
  });

const dropExample = async ({ stack, connection, output }: CommandContext): Promise<Release> => {
  const artifact = { path: join(projectRoot, 'examples/hello-node'), app: 'hello', version: '1.0.0' };
  const release = await dropArtifact(artifact, stack, connection);
  output.line(`dropped s3://${release.bucket}/${release.key}`);
  return release;
};

/** The example's release that an earlier start dropped and did not see the end of: it goes on by itself. */
const findUnfinished = async (context: CommandContext): Promise<Release | undefined> => {
  const { connection, documents, stack, output } = context;
  const object = { bucket: stack.bucket, key: 'apps/hello/1.0.0.zip' };
  try {
    const { VersionId, LastModified = new Date(0) } = await connection.s3.send(
      new HeadObjectCommand({ Bucket: object.bucket, Key: object.key }),
    );
    const drop = { ...object, time: LastModified.toISOString(), versionId: VersionId };
    const release = releaseOf(drop, { app: 'hello', version: '1.0.0' });
    if (isFinal(await documents.read<ReleaseRecord>(releaseKey(release)))) return undefined;
    output.line(`resuming s3://${release.bucket}/${release.key}`);
    return release;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
};

/**
 * Releases the example as version 1.0.0, unless some version of it serves already, and waits until it answers through
 * the balancer. Gives the path of an artifact for a second version.
 */
export const releaseExample = async (context: CommandContext, signal: AbortSignal): Promise<string> => {
  const example = await packExample();
  const live = await context.documents.read<EnvironmentRecord>(environmentKey('dev', 'hello'));
  if (live?.current === undefined) {
    const release = (await findUnfinished(context)) ?? (await dropExample(context));
    const { record } = await watchRelease(release, { ...context, signal });
    if (record.status !== 'live') {
      throw new Error(`the example is ${record.status} (${record.reason}): ${record.message}`);
    }
  }
  await waitForAnswer(context, signal);
  return example;
};
