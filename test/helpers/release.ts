import { PutObjectCommand } from '@aws-sdk/client-s3';
import { packDirectory } from '#bakery/artifact/pack-directory';
import { projectRoot } from '#cli/home';
import { watchRelease } from '#cli/progress/watch-release';
import type { WatchedRelease } from '#cli/progress/watch-release';
import { parseDropKey } from '#pipeline/artifact/drop-key';
import { releaseOf } from '#pipeline/artifact/release-of';
import type { Release, ReleaseRecord } from '#pipeline/model';
import { zipOf } from './archives.ts';
import type { RunningKiln } from './start-kiln.ts';

/** The example as an artifact. */
export const helloNode = (): Promise<Buffer> => packDirectory(`${projectRoot}/examples/hello-node`);

/** A Node.js app of one file. */
export const appOf = (source: string, files: Readonly<Record<string, string>> = {}): Buffer =>
  zipOf({
    'package.json': JSON.stringify({ name: 'app', type: 'module', scripts: { start: 'node server.js' } }),
    'kiln.json': JSON.stringify({ healthPath: '/health' }),
    'server.js': source,
    ...files,
  });

/** Puts an artifact into the bucket through the S3 API. */
export const drop = async (kiln: RunningKiln, key: string, artifact: Uint8Array): Promise<Release> => {
  const parsed = parseDropKey(key);
  if (parsed === undefined) throw new Error(`'${key}' names no artifact`);
  const { bucket } = kiln.stack;
  const { VersionId } = await kiln.connection.s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: artifact }),
  );
  return releaseOf({ time: new Date().toISOString(), bucket, key, versionId: VersionId }, parsed);
};

/** Puts an artifact into the bucket and follows its release until it is live or ended. */
export const dropAndWatch = async (
  kiln: RunningKiln,
  key: string,
  artifact: Uint8Array,
): Promise<WatchedRelease> => watchRelease(await drop(kiln, key, artifact), kiln);

/** What ended a release as a whole, and what became of it in each environment. */
const whatCameOf = ({ status, reason, message, environments = {} }: ReleaseRecord): string =>
  JSON.stringify({ status, reason, message, environments }, undefined, 2);

/**
 * Releases what a test is about to use.
 * @throws Error with what came of the release, if it is not live as far as it goes by itself
 */
export const dropUntilLive = async (
  kiln: RunningKiln,
  key: string,
  artifact: Uint8Array,
): Promise<ReleaseRecord> => {
  const { record, outcome } = await dropAndWatch(kiln, key, artifact);
  if (outcome.kind !== 'live') throw new Error(`'${key}' is not live, but: ${whatCameOf(record)}`);
  return record;
};
