import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { HistoryFact } from '#localcloud/history/history';
import { createRole } from '#test/helpers/roles';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import { checkHistory } from '#test/invariants/check-history';
import type { CallEntry, EventEntry, HistoryEntry } from '#test/invariants/history';

// What the local cloud writes is what the checker reads, though neither knows the other's type: this compiles.
const asEntry: (fact: HistoryFact) => CallEntry | EventEntry = (fact) => fact;

let folder = '';
let running: TestCloud;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'history-'));
  running = await startTestCloud({ log: () => undefined, historyFile: join(folder, 'history.jsonl') });
});

afterEach(async () => {
  await running.stop();
  rmSync(folder, { recursive: true });
});

const written = (): readonly HistoryEntry[] =>
  readFileSync(join(folder, 'history.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as HistoryEntry);

test('calls are written with who made them and what came of them, and events with their source', async () => {
  const s3 = new S3Client({ ...running.clientConfig, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'drops' }));
  running.cloud.faults.set({ rules: [{ service: 's3', action: 'ListBuckets', do: { dropAfter: true } }] });
  await expect(s3.send(new ListBucketsCommand({}))).rejects.toThrow();
  const entry = {
    Source: 'kiln',
    DetailType: 'release.live',
    Detail: '{}',
    Resources: ['arn:aws:s3:::drops'],
  };
  const events = new EventBridgeClient(running.clientConfig);
  await events.send(new PutEventsCommand({ Entries: [entry] }));

  const history = written();
  const call: HistoryFact = { kind: 'call', service: 's3', action: 'ListBuckets', ids: [], outcome: 'lost' };
  expect(history).toContainEqual(
    expect.objectContaining({ actor: 'root', ...asEntry({ ...call, fault: 'dropAfter' }) }),
  );
  expect(history).toContainEqual(
    expect.objectContaining({
      actor: 'kiln',
      kind: 'event',
      detailType: 'release.live',
      ids: ['arn:aws:s3:::drops'],
    }),
  );
  expect(checkHistory(history)).toEqual([]);
});

test("I17 a role's denied call shows in the history, and breaks the invariant", async () => {
  const roleArn = await createRole(running.clientConfig, 'weak', 'lambda.amazonaws.com', []);
  const issued = running.cloud.context.backplane.credentials.issueForRole(roleArn, 'session');
  const s3 = new S3Client({ ...running.clientConfig, credentials: issued });
  await expect(s3.send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
  expect(checkHistory(written())).toMatchObject([
    { invariant: 'I17', text: "'weak' may not call s3:ListBuckets" },
  ]);
});
