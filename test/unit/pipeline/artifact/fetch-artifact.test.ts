import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { fetchArtifact } from '#pipeline/artifact/fetch-artifact';
import { inDirectory } from '#test/helpers/archives';
import { aRelease } from '#test/helpers/pipeline-fixtures';
import { s3Error } from '#test/helpers/service-error';

const s3 = mockClient(S3Client);
const client = new S3Client({ region: 'r' });

const answer = (body: Readable, length: number): GetObjectCommandOutput =>
  ({ Body: body, ContentLength: length }) as unknown as GetObjectCommandOutput;

beforeEach(() => {
  s3.reset();
});

describe('fetchArtifact', () => {
  test('D05 D10: reads the dropped version and takes a digest of its own', async () => {
    s3.on(GetObjectCommand).resolves(answer(Readable.from([Buffer.from('ab'), Buffer.from('c')]), 3));
    await inDirectory(async (directory) => {
      const path = join(directory, 'artifact');
      const sha256 = createHash('sha256').update('abc').digest('hex');
      expect(await fetchArtifact(aRelease(), path, client)).toEqual({ path, bytes: 3, sha256 });
      expect(await readFile(path, 'utf8')).toBe('abc');
    });
    expect(s3.commandCalls(GetObjectCommand)[0]?.args[0].input).toMatchObject({ VersionId: 'v1' });
  });

  test('B03: refuses an artifact of which a part is missing', async () => {
    s3.on(GetObjectCommand).resolves(answer(Readable.from([Buffer.from('ab')]), 3));
    await inDirectory(async (directory) => {
      await expect(fetchArtifact(aRelease(), join(directory, 'artifact'), client)).rejects.toThrow(
        'arrived with 2 bytes, expected 3',
      );
    });
  });

  test('B03: fails when the connection breaks', async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error('socket hang up'));
      },
    });
    s3.on(GetObjectCommand).resolves(answer(broken, 3));
    await inDirectory(async (directory) => {
      await expect(fetchArtifact(aRelease(), join(directory, 'artifact'), client)).rejects.toThrow('hang up');
    });
  });

  test('D06: says that the artifact is gone when it was deleted after it was received', async () => {
    s3.on(GetObjectCommand).rejects(s3Error('NoSuchVersion', 404));
    await expect(fetchArtifact(aRelease(), '/nowhere', client)).rejects.toMatchObject({
      name: 'ArtifactGone',
    });
  });
});
