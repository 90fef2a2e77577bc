import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createIam } from '#localcloud/services/iam/index';
import { createS3 } from '#localcloud/services/s3/index';
import { startTestCloud, type TestCloud } from '#test/helpers/start-test-cloud';

const run = promisify(execFile);
const program = '/usr/bin/aws';
const installed = existsSync(program) ? test : test.skip;

let cloud: TestCloud;
let folder: string;

beforeAll(async () => {
  cloud = await startTestCloud({ services: [createIam, createS3], log: () => undefined });
  folder = mkdtempSync(join(tmpdir(), 's3-cli-'));
});
afterAll(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true, force: true });
});

const aws = async (...args: string[]): Promise<string> => {
  const { accessKeyId, secretAccessKey } = cloud.cloud.rootCredentials;
  const { stdout } = await run(program, ['--endpoint-url', cloud.cloud.endpointUrl, ...args], {
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_DEFAULT_REGION: cloud.clientConfig.region,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
    },
  });
  return stdout;
};

describe("Debian's awscli against Amazon S3 (skipped where it is not installed)", () => {
  installed(
    'makes a bucket, copies up and down in parts, lists, syncs and removes',
    async () => {
      const up = join(folder, 'up.bin');
      const down = join(folder, 'down.bin');
      const bytes = randomBytes(20_000_000);
      writeFileSync(up, bytes);
      await aws('s3', 'mb', 's3://cli');
      await aws('s3', 'cp', up, 's3://cli/apps/hello/a b+1.bin', '--no-progress');
      expect(await aws('s3', 'ls', 's3://cli/apps/hello/')).toMatch(/20000000 a b\+1\.bin\n$/);
      expect(await aws('s3', 'ls', 's3://cli')).toContain('PRE apps/');
      await aws('s3', 'cp', 's3://cli/apps/hello/a b+1.bin', down, '--no-progress');
      expect(readFileSync(down).equals(bytes)).toBe(true);

      mkdirSync(join(folder, 'tree', 'sub'), { recursive: true });
      writeFileSync(join(folder, 'tree', 'one'), '1');
      writeFileSync(join(folder, 'tree', 'sub', 'two'), '2');
      await aws('s3', 'sync', join(folder, 'tree'), 's3://cli/tree', '--no-progress');
      expect(await aws('s3', 'sync', join(folder, 'tree'), 's3://cli/tree', '--no-progress')).toBe('');

      await aws('s3', 'rm', '--recursive', 's3://cli');
      await aws('s3', 'rb', 's3://cli');
      expect(await aws('s3', 'ls')).toBe('');
    },
    60_000,
  );

  installed(
    'a presigned link is served without any other signature',
    async () => {
      await aws('s3', 'mb', 's3://links');
      writeFileSync(join(folder, 'hello'), 'hello');
      await aws('s3', 'cp', join(folder, 'hello'), 's3://links/hello', '--no-progress');
      const link = (await aws('s3', 'presign', 's3://links/hello')).trim();
      expect(await (await fetch(link)).text()).toBe('hello');
    },
    60_000,
  );
});
