import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, HeadObjectCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readAllApprovals, readPendingApprovals } from '#cli/approvals/read-approvals';
import { callerArn } from '#cli/caller';
import type { CommandContext } from '#cli/command-context';
import { connect } from '#cli/connection';
import { dropArtifact } from '#cli/drop-artifact';
import { readApps } from '#cli/environments/environment-records';
import { createOutput } from '#cli/output';
import { readReleaseRecords } from '#cli/release-records';
import type { Stack } from '#cli/stack';
import { decodeSource } from '#pipeline/artifact/source-metadata';
import { approvalKey } from '#pipeline/approval/approval-record';
import { systemClock } from '#pipeline/clock';
import { createDocumentStore } from '#pipeline/documents/document-store';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import { releaseKey } from '#pipeline/release/release-record';
import { environmentKey } from '#pipeline/rollout/environment-record';
import {
  anApproval,
  anEnvironment,
  aServingRecord,
  aTestedRelease,
  minutesAgo,
  releaseIdOf,
} from '#test/helpers/cli-fixtures';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import type { TestCloud } from '#test/helpers/start-test-cloud';

let cloud: TestCloud;
let context: CommandContext;
let directory: string;

beforeAll(async () => {
  cloud = await startTestCloud();
  const connection = connect(cloud.clientConfig);
  const stack = { bucket: 'kiln-documents' } as Stack;
  await connection.s3.send(new CreateBucketCommand({ Bucket: stack.bucket }));
  await connection.s3.send(
    new PutBucketVersioningCommand({
      Bucket: stack.bucket,
      VersioningConfiguration: { Status: 'Enabled' },
    }),
  );
  const documents = createDocumentStore(connection.s3, stack.bucket);
  context = { connection, stack, documents, clock: systemClock, output: createOutput(true) };
  directory = await mkdtemp(join(tmpdir(), 'kiln-drop-'));

  const environments = [anEnvironment('dev'), anEnvironment('prod')];
  await documents.create(ENVIRONMENTS_KEY, { updatedAt: minutesAgo(9), environments });
  const pendingApproval = {
    approvalId: anApproval().approvalId,
    releaseId: releaseIdOf(2),
    droppedAt: minutesAgo(9),
    key: 'k',
  };
  for (const record of [
    aServingRecord({ environment: 'dev' }),
    aServingRecord({ pendingApproval }),
    aServingRecord({ app: 'hello-world' }),
  ])
    await documents.create(environmentKey(record.environment, record.app), record);
  const decided = anApproval({ approvalId: 'b', status: 'approved', requestedAt: minutesAgo(60) });
  for (const approval of [anApproval(), decided])
    await documents.create(approvalKey(approval), { ...approval, taskToken: 'secret' });
  for (const release of [aTestedRelease(1), aTestedRelease(2)])
    await documents.create(releaseKey(release), release);
});
afterAll(async () => {
  await cloud.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('documents that commands read', () => {
  const namesOf = async (selection: Parameters<typeof readApps>[0]): Promise<readonly string[]> =>
    (await readApps(selection, context)).map(({ record }) => `${record.app} ${record.environment}`);

  test('apps come in the order of the environments, and by their whole names', async () => {
    expect(await namesOf({})).toEqual(['hello dev', 'hello prod', 'hello-world prod']);
    expect(await namesOf({ app: 'hello' })).toEqual(['hello dev', 'hello prod']);
    expect(await namesOf({ app: 'hello', environment: 'prod' })).toEqual(['hello prod']);
    await expect(namesOf({ environment: 'qa' })).rejects.toThrow("no environment 'qa', only: dev, prod");
  });

  test('approvals never bring their task token', async () => {
    expect(await readPendingApprovals({}, context)).toEqual([anApproval()]);
    const all = await readAllApprovals({ app: 'hello' }, context);
    expect(all.map(({ status }) => status)).toEqual(['pending', 'approved']);
    expect(JSON.stringify(all)).not.toContain('secret');
  });

  test('releases come the newest first', async () => {
    const versions = (await readReleaseRecords(context, 'hello')).map(({ version }) => version);
    expect(versions).toEqual(['2.0.0', '1.0.0']);
  });
});

describe('dropArtifact', () => {
  test('sends along where the artifact comes from, whatever its characters', async () => {
    const path = join(directory, 'hello-3.0.0.zip');
    await writeFile(path, 'any');
    const user = await callerArn(context.connection);
    const source = { commit: '0123abc', author: 'Zoë Müller', message: '修正 the door', user };
    const release = await dropArtifact({ path, source }, context.stack, context.connection);
    expect(release).toMatchObject({ app: 'hello', version: '3.0.0', key: 'apps/hello/3.0.0.zip' });
    const { Metadata = {} } = await context.connection.s3.send(
      new HeadObjectCommand({ Bucket: release.bucket, Key: release.key, VersionId: release.versionId }),
    );
    expect(decodeSource(Metadata)).toEqual(source);
    expect(user).toMatch(/^arn:aws:iam::\d{12}:root$/);
  });
});
