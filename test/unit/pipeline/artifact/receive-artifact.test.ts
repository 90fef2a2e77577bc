import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { receiveArtifact } from '#pipeline/artifact/receive-artifact';
import { releaseKey } from '#pipeline/release/release-record';
import { instantClock } from '#test/helpers/instant-clock';
import { memoryDocuments } from '#test/helpers/memory-documents';
import { announcements, aRelease } from '#test/helpers/pipeline-fixtures';
import { s3Error } from '#test/helpers/service-error';

const s3 = mockClient(S3Client);
const release = aRelease();
const key = releaseKey(release);

const setUp = (status?: string) => {
  const documents = memoryDocuments(status === undefined ? {} : { [key]: { ...release, status } });
  const { names, announce } = announcements();
  return {
    documents,
    names,
    deps: { s3: new S3Client({ region: 'r' }), documents, announce, clock: instantClock() },
  };
};

beforeEach(() => {
  s3.reset();
  s3.on(HeadObjectCommand).resolves({});
});

describe('receiveArtifact', () => {
  test('D05: claims the release and looks at the very version that was dropped', async () => {
    const { deps, documents, names } = setUp();
    expect(await receiveArtifact(release, deps)).toEqual({ release });
    expect(documents.all.get(key)).toMatchObject({ ...release, status: 'received' });
    expect(s3.commandCalls(HeadObjectCommand)[0]?.args[0].input).toMatchObject({ VersionId: 'v1' });
    expect(names).toEqual(['release.received']);
  });

  test('a repeated attempt of the same state goes on', async () => {
    expect(await receiveArtifact(release, setUp('received').deps)).toEqual({ release });
  });

  test.each(['baked', 'tested', 'rolling-out', 'live', 'rejected', 'failed', 'superseded'])(
    'D03: a second delivery is refused by the document, whatever became of the first: %s',
    async (status) => {
      const { deps } = setUp(status);
      await expect(receiveArtifact(release, deps)).rejects.toMatchObject({ name: 'ReleaseAlreadyExists' });
      expect(s3.calls()).toHaveLength(0);
    },
  );

  test.each([
    [404, 'deleted'],
    [405, 'a delete marker'],
  ])('D06: says that the artifact is gone for a %d (%s)', async (status) => {
    s3.on(HeadObjectCommand).rejects(s3Error('NotFound', status));
    await expect(receiveArtifact(release, setUp().deps)).rejects.toMatchObject({ name: 'ArtifactGone' });
  });

  test('does not take a refusal for an artifact that is gone', async () => {
    s3.on(HeadObjectCommand).rejects(s3Error('AccessDenied', 403));
    await expect(receiveArtifact(release, setUp().deps)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});
