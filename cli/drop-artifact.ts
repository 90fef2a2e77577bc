import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { packDirectory } from '#bakery/artifact/pack-directory';
import { DROP_KEY_FORM, parseDropKey } from '#pipeline/artifact/drop-key';
import { releaseOf } from '#pipeline/artifact/release-of';
import { encodeSource } from '#pipeline/artifact/source-metadata';
import type { Release, SourceMetadata } from '#pipeline/model';
import type { Connection } from './connection.ts';
import { describeSource } from './describe-source.ts';
import type { Stack } from './stack.ts';
import { UserError } from './user-error.ts';

/** An artifact to be dropped. */
export interface ArtifactToDrop {
  /** A zip or tgz, or a folder that is packed as it is. */
  readonly path: string;
  readonly app?: string | undefined;
  readonly version?: string | undefined;
  /** Goes with the object; what is not given is found out where `path` is a folder under git. */
  readonly source?: SourceMetadata | undefined;
}

const FILE_NAME =
  /^(?<app>[a-z][a-z0-9-]*?)-(?<version>[0-9][A-Za-z0-9._+-]*?)\.(?<extension>zip|tgz|tar\.gz)$/;

const readManifest = async (directory: string): Promise<{ name?: string; version?: string }> => {
  try {
    return JSON.parse(await readFile(`${directory}/package.json`, 'utf8')) as {
      name?: string;
      version?: string;
    };
  } catch {
    return {};
  }
};

/** App and version: as told, else from the file's name (`hello-1.0.0.zip`), else from the folder's `package.json`. */
const nameArtifact = async (artifact: ArtifactToDrop, isDirectory: boolean): Promise<string> => {
  const fromName = FILE_NAME.exec(basename(artifact.path))?.groups ?? {};
  const manifest = isDirectory ? await readManifest(artifact.path) : {};
  const app = artifact.app ?? fromName['app'] ?? manifest.name;
  const version = artifact.version ?? fromName['version'] ?? manifest.version;
  const extension = isDirectory ? 'zip' : (/(zip|tgz|tar\.gz)$/.exec(artifact.path)?.[0] ?? 'zip');
  if (app === undefined || version === undefined) {
    throw new UserError(
      `'${artifact.path}' does not say which app and version it is`,
      `kiln drop ${artifact.path} --app <app> --version <version>`,
    );
  }
  return `apps/${app}/${version}.${extension}`;
};

/**
 * Puts the artifact into the bucket, which starts its release.
 * @throws UserError for a path that is not there or a name that the bucket would ignore
 */
export const dropArtifact = async (
  artifact: ArtifactToDrop,
  stack: Stack,
  connection: Connection,
): Promise<Release> => {
  const found = await stat(artifact.path).catch(() => undefined);
  if (found === undefined) {
    throw new UserError(`there is no artifact at '${artifact.path}'`, 'name a zip, a tgz or a folder');
  }
  const key = await nameArtifact(artifact, found.isDirectory());
  const drop = parseDropKey(key);
  if (drop === undefined) {
    throw new UserError(`'${key}' would be ignored, expected ${DROP_KEY_FORM}`, 'kiln drop --help');
  }
  const body = found.isDirectory() ? await packDirectory(artifact.path) : await readFile(artifact.path);
  // Author and message of another commit than the one that was named would be wrong.
  const asksGit = found.isDirectory() && artifact.source?.commit === undefined;
  const source = { ...(asksGit ? await describeSource(artifact.path) : {}), ...artifact.source };
  const { VersionId } = await connection.s3.send(
    new PutObjectCommand({ Bucket: stack.bucket, Key: key, Body: body, Metadata: encodeSource(source) }),
  );
  return releaseOf({ time: new Date().toISOString(), bucket: stack.bucket, key, versionId: VersionId }, drop);
};
