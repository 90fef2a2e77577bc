import { expect, test } from '@jest/globals';
import { readStartTimes } from '#pipeline/recycle/read-start-times';
import { releaseKey } from '#pipeline/release/release-record';
import { memoryDocuments } from '#test/helpers/memory-documents';
import { anImage, aRelease, someEvidence } from '#test/helpers/pipeline-fixtures';

const { app, releaseId } = aRelease(1);
const record = { ...aRelease(1), image: anImage(1), evidence: { ...someEvidence(1), bootSeconds: 7 } };

test('what the deployment says of its start needs no other document', async () => {
  const startTimes = { bootSeconds: 4, startSeconds: 60 };
  const documents = { read: () => Promise.reject(new Error('read')) };
  expect(await readStartTimes({ app, releaseId, startTimes }, documents)).toEqual(startTimes);
});

test('of a deployment that does not say it the release is asked', async () => {
  const documents = memoryDocuments({ [releaseKey(aRelease(1))]: record });
  expect(await readStartTimes({ app, releaseId }, documents)).toEqual({ bootSeconds: 7, startSeconds: 120 });
});

test('where the release has gone as well it is guessed', async () => {
  expect(await readStartTimes({ app, releaseId }, memoryDocuments())).toEqual({
    bootSeconds: 30,
    startSeconds: 120,
  });
});
