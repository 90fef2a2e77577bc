import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { packDirectory } from '#bakery/artifact/pack-directory';
import { isGone } from '#pipeline/artifact/is-gone';
import { releaseOf } from '#pipeline/artifact/release-of';
import { poll } from '#pipeline/clock';
import type { DeployedEnvironment } from '#pipeline/environments/environment';
import { isSwitchedOff } from '#pipeline/environments/switched-off';
import type { EnvironmentRecord, Release, ReleaseRecord } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { readTargetHealth } from '#pipeline/traffic/target-group';
import type { CommandContext } from './command-context.ts';
import { dropArtifact } from './drop-artifact.ts';
import { kilnHome, projectRoot } from './home.ts';
import { withStep } from './output.ts';
import { isFinal, watchRelease } from './progress/watch-release.ts';
import type { Stack } from './stack.ts';

const ANSWER_TIMEOUT_MILLISECONDS = 180_000;

/** Writes the example as an artifact to play with. */
const packExample = async (): Promise<string> => {
  const directory = join(kilnHome(), 'examples');
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'hello-2.0.0.zip');
  await writeFile(path, await packDirectory(join(projectRoot, 'examples/hello-node')));
  return path;
};

/** The environment that the example is released into. */
const firstOf = ({ environments: [first] }: Stack): DeployedEnvironment => first;

/**
 * As long as no target is healthy, the balancer tries all of them: one answer would say nothing of the next. The record
 * is read anew each time, since a rollout that a killed process left may end meanwhile.
 */
const isHealthy = async ({ connection, documents, stack }: CommandContext): Promise<boolean> => {
  const live = await documents.read<EnvironmentRecord>(environmentKey(firstOf(stack).name, 'hello'));
  if (live?.current === undefined) return false;
  const targets = await readTargetHealth(live.current.targetGroupArn, connection.balancing);
  return targets.some((target) => target.TargetHealth?.State === 'healthy');
};

const waitForAnswer = (context: CommandContext, signal: AbortSignal): Promise<void> =>
  withStep(context.output, 'first answer', async () => {
    const { url } = firstOf(context.stack);
    const body = await poll(
      context.clock,
      { intervalMilliseconds: 200, timeoutMilliseconds: ANSWER_TIMEOUT_MILLISECONDS },
      async () => {
        signal.throwIfAborted();
        if (!(await isHealthy(context))) return undefined;
        const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
        return answer?.ok === true ? answer.text() : undefined;
      },
    );
    if (body === undefined) {
      throw new Error(`no good answer from ${url} within ${ANSWER_TIMEOUT_MILLISECONDS / 1000} s`);
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

/** What became of the example. */
export interface ReleasedExample {
  /** Path of an artifact for a second version. */
  readonly path: string;
  /** The first environment is switched off, so that nothing can answer. */
  readonly isOff: boolean;
  /** The environment that waits for somebody to let the example in. */
  readonly awaiting: DeployedEnvironment | undefined;
}

const findAwaiting = async ({
  documents,
  stack,
}: CommandContext): Promise<DeployedEnvironment | undefined> => {
  for (const environment of stack.environments) {
    const record = await documents.read<EnvironmentRecord>(environmentKey(environment.name, 'hello'));
    if (record?.pendingApproval !== undefined) return environment;
  }
  return undefined;
};

/**
 * Releases the example as version 1.0.0, unless some version of it serves already, and waits until it answers through
 * the balancer in the first environment.
 */
export const releaseExample = async (
  context: CommandContext,
  signal: AbortSignal,
): Promise<ReleasedExample> => {
  const { documents, stack } = context;
  const path = await packExample();
  const { name } = firstOf(stack);
  const isOff = await isSwitchedOff(name, documents);
  const live = await documents.read<EnvironmentRecord>(environmentKey(name, 'hello'));
  if (live?.current === undefined && !isOff) {
    const release = (await findUnfinished(context)) ?? (await dropExample(context));
    const { record, outcome } = await watchRelease(release, { ...context, signal });
    if (outcome.kind === 'ended') {
      throw new Error(`the example is ${record.status} (${record.reason}): ${record.message}`);
    }
  }
  if (!isOff) await waitForAnswer(context, signal);
  return { path, isOff, awaiting: await findAwaiting(context) };
};
