import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readReleaseRecords } from '#cli/release-records';
import type { ReleaseRecord } from '#pipeline/model';
import { craftZip, tgzOf, zipOf } from '#test/helpers/archives';
import { takeInventory } from '#test/helpers/inventory';
import type { Inventory } from '#test/helpers/inventory';
import { poll } from '#test/helpers/poll';
import { appOf, drop, dropAndWatch, dropUntilLive, helloNode } from '#test/helpers/release';
import { startKiln } from '#test/helpers/start-kiln';
import type { RunningKiln } from '#test/helpers/start-kiln';
import { startTraffic } from '#test/helpers/traffic';

const MINUTE = 60_000;
/** Enough to boot while two other machines do, on two busy processors. */
const START_SECONDS = 45;

interface BadArtifact {
  readonly title: string;
  readonly artifact: () => Buffer | Promise<Buffer>;
  /** `.zip` unless told. */
  readonly extension?: string;
  readonly reason: 'ArtifactRejected' | 'SmokeTestFailed';
  /** What a person reads of it. */
  readonly message: readonly RegExp[];
}

const server = (answer: string, port = '8080'): string =>
  `import { createServer } from 'node:http';
   createServer((request, response) => { ${answer} }).listen(${port});`;

const app = {
  'package.json': '{"scripts":{"start":"node server.js"}}',
  'server.js': server('response.end()'),
};
const refused = 'ArtifactRejected';
const unfit = 'SmokeTestFailed';

// The machines' cases come first, because they take the longest.
const badArtifacts: readonly BadArtifact[] = [
  {
    title: 'an app that never becomes healthy',
    artifact: () =>
      appOf(server("response.statusCode = 500; response.end('broken')"), {
        'kiln.json': JSON.stringify({ healthPath: '/health', startSeconds: START_SECONDS }),
      }),
    reason: unfit,
    message: [/GET \/health on port 8080 never passed: .*500/u, /console:\n/u],
  },
  {
    title: 'an app that listens on another port',
    artifact: () =>
      appOf(server('response.end()', '3000'), {
        'kiln.json': JSON.stringify({ healthPath: '/health', startSeconds: START_SECONDS }),
      }),
    reason: unfit,
    message: [/app listens on \[::\]:3000, expected 0\.0\.0\.0:8080/u],
  },
  {
    title: 'a syntax error',
    artifact: () => appOf('const = 1;'),
    reason: unfit,
    message: [
      /app exited with status 1/u,
      /SyntaxError: Unexpected token '=' in server\.js:1/u,
      /console:\n/u,
    ],
  },
  {
    title: 'an app that exits',
    artifact: () => appOf("console.log('no licence found'); process.exit(3);"),
    reason: unfit,
    message: [/app exited with status 3/u, /no licence found/u],
  },
  {
    title: 'what is not an archive',
    artifact: () => Buffer.from('<html>404</html>'.repeat(100)),
    reason: refused,
    message: [/not_an_archive/u],
  },
  {
    title: 'a truncated archive',
    artifact: async () => (await helloNode()).subarray(0, 1500),
    reason: refused,
    message: [/truncated/u],
  },
  {
    title: 'a path that leaves the root',
    artifact: () => zipOf({ ...app, '../../etc/cron.d/evil': '* * * * *' }),
    reason: refused,
    message: [/unsafe_path/u, /\.\.\/\.\.\/etc\/cron\.d\/evil/u],
  },
  {
    title: 'an absolute path',
    artifact: () => zipOf({ ...app, '/etc/passwd': 'root' }),
    reason: refused,
    message: [/unsafe_path/u, /'\/etc\/passwd'/u],
  },
  {
    title: 'a symbolic link out of the root',
    artifact: () =>
      tgzOf([
        { name: 'server.js', content: app['server.js'] },
        { name: 'secrets', type: '2', linkName: '../../root/.ssh' },
      ]),
    extension: 'tgz',
    reason: refused,
    message: [/unsafe_(?:path|entry)/u, /'secrets'/u],
  },
  {
    title: 'a device',
    artifact: () =>
      tgzOf([
        { name: 'server.js', content: app['server.js'] },
        { name: 'sda', type: '4' },
      ]),
    extension: 'tgz',
    reason: refused,
    message: [/unsafe_entry/u, /'sda'/u, /device/u],
  },
  {
    title: 'a setuid file',
    artifact: () =>
      tgzOf([
        { name: 'server.js', content: app['server.js'] },
        { name: 'bin/su', content: 'x', mode: 0o4755 },
      ]),
    extension: 'tgz',
    reason: refused,
    message: [/unsafe_entry/u, /'bin\/su'/u, /setuid/u],
  },
  {
    title: 'a bomb',
    artifact: () => craftZip([{ name: 'server.js', content: Buffer.alloc(40 * 1_048_576) }]),
    reason: refused,
    message: [/too_large/u, /more than 200 times its size/u],
  },
  {
    title: 'too many entries',
    artifact: () =>
      craftZip(Array.from({ length: 65_001 }, (_, index) => ({ name: `f${index}`, method: 0 }))),
    reason: refused,
    message: [/too_many_entries/u, /at most 65000 are accepted/u],
  },
  {
    title: 'an artifact without an entry point',
    artifact: () => zipOf({ 'README.md': '# hello' }),
    reason: refused,
    message: [/no_entry_point/u, /does not say how it starts/u],
  },
];

/** How a drop ended: in its release's document and in its execution. */
interface Ending {
  readonly record: ReleaseRecord;
  readonly execution: {
    readonly status: string | undefined;
    readonly error: string | undefined;
    readonly cause: string | undefined;
  };
}

/** Does the works in their order, at most `limit` at a time, and gives the promise of each. */
const inLanes = <T>(limit: number, works: readonly (() => Promise<T>)[]): Promise<T>[] => {
  const results = works.map(() => Promise.withResolvers<T>());
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < works.length) {
      const index = next++;
      const work = (works[index] as () => Promise<T>)();
      results[index]?.resolve(work);
      await work.catch(() => undefined);
    }
  };
  for (let count = 0; count < limit; count += 1) void lane();
  return results.map(({ promise }) => promise);
};

let kiln: RunningKiln;
let logs: CloudWatchLogsClient;
let lambda: LambdaClient;
let before: Inventory;
let traffic: ReturnType<typeof startTraffic>;
const endings = new Map<string, Promise<Ending>>();

const executionEnd = async (releaseId: string): Promise<Ending['execution']> => {
  const executions = kiln.stack.releaseStateMachineArn.replace(':stateMachine:', ':execution:');
  const { status, error, cause } = await kiln.connection.states.send(
    new DescribeExecutionCommand({ executionArn: `${executions}:${releaseId}` }),
  );
  return { status, error, cause };
};

const end = async (index: number, { artifact, extension = 'zip' }: BadArtifact): Promise<Ending> => {
  const key = `apps/${index % 2 === 0 ? 'hello' : `bad-${index}`}/2.0.${index}.${extension}`;
  const { record } = await dropAndWatch(kiln, key, await artifact());
  return { record, execution: await executionEnd(record.releaseId) };
};

beforeAll(async () => {
  kiln = await startKiln();
  logs = new CloudWatchLogsClient(kiln.connection.config);
  lambda = new LambdaClient(kiln.connection.config);
  await dropUntilLive(kiln, 'apps/hello/1.0.0.zip', await helloNode());
  traffic = startTraffic(kiln.stack.environments[0].url, { perSecond: 20, connections: 4 });
  // The preview rule goes a moment after the traffic moved.
  before = await poll(
    async () => {
      const found = await takeInventory(kiln);
      return found['targetGroups']?.length === 1 && found['instances']?.length === 2 ? found : undefined;
    },
    MINUTE,
    () => 'the first rollout does not come to rest',
  );
  const works = badArtifacts.map((bad, index) => () => end(index, bad));
  inLanes(3, works).forEach((ending, index) => {
    // Its test reports it.
    ending.catch(() => undefined);
    endings.set(badArtifacts[index]?.title ?? '', ending);
  });
}, 5 * MINUTE);

afterAll(async () => {
  logs?.destroy();
  lambda?.destroy();
  await kiln?.stop();
}, MINUTE);

/** What the function that starts releases has logged that contains `text`. */
const logged = async (text: string): Promise<string[]> => {
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const name = Functions.find(({ FunctionName }) => FunctionName?.endsWith('startRelease'))?.FunctionName;
  const { events = [] } = await logs.send(
    new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}`, filterPattern: `"${text}"` }),
  );
  return events.map(({ message = '' }) => message);
};

const executionsOf = async (app: string): Promise<number> => {
  const { executions = [] } = await kiln.connection.states.send(
    new ListExecutionsCommand({ stateMachineArn: kiln.stack.releaseStateMachineArn }),
  );
  return executions.filter(({ name }) => name?.startsWith(`${app}-`)).length;
};

describe('a release', () => {
  test.each(badArtifacts.map(({ title, ...bad }) => [title, bad] as const))(
    'refuses %s, and says why',
    async (title, { reason, message }) => {
      const { record, execution } = (await endings.get(title)) as Ending;
      process.stderr.write(`${title}: ${record.message ?? ''}\n`);
      expect(record).toMatchObject({ status: 'rejected', reason });
      for (const pattern of message) expect(record.message).toMatch(pattern);
      expect(execution).toEqual({ status: 'FAILED', error: reason, cause: record.message });
    },
    3 * MINUTE,
  );

  test(
    'does not begin for a key outside the grammar, and the log says why',
    async () => {
      const key = 'apps/Hello World/latest.war';
      await kiln.connection.s3.send(
        new PutObjectCommand({ Bucket: kiln.stack.bucket, Key: key, Body: await helloNode() }),
      );
      const lines = await poll(
        async () => {
          const found = await logged('latest.war');
          return found.length === 0 ? undefined : found;
        },
        MINUTE,
        () => 'nothing is logged',
      );
      expect(lines.join('\n')).toContain(`key '${key}' names no artifact, expected apps/<app>/<version>.zip`);
      expect(await executionsOf('Hello')).toBe(0);
      expect(await readReleaseRecords(kiln, 'Hello World')).toEqual([]);
    },
    2 * MINUTE,
  );

  test(
    'happens once for a drop that is delivered three times',
    async () => {
      const release = await drop(kiln, 'apps/twice/1.0.0.zip', zipOf({ 'README.md': '# hello' }));
      const deliver = (): void =>
        kiln.cloud.context.backplane.publish({
          source: 'aws.s3',
          'detail-type': 'Object Created',
          resources: [`arn:aws:s3:::${release.bucket}`],
          detail: {
            bucket: { name: release.bucket },
            object: { key: release.key, 'version-id': release.versionId },
          },
        });
      deliver();
      const ended = (count: number): Promise<unknown> =>
        poll(
          async () => {
            const found = await readReleaseRecords(kiln, 'twice');
            const lines = await logged(release.releaseId);
            return found[0]?.status === 'rejected' && lines.length >= count ? true : undefined;
          },
          MINUTE,
          () => 'not every delivery came to its end',
        );
      await ended(2);
      await poll(
        async () => ((await executionEnd(release.releaseId)).status === 'RUNNING' ? undefined : true),
        MINUTE,
        () => 'the execution does not end',
      );
      deliver();
      await ended(3);
      expect(await executionsOf('twice')).toBe(1);
      expect(await readReleaseRecords(kiln, 'twice')).toHaveLength(1);
      expect((await logged('started by an earlier delivery')).length).toBeGreaterThan(0);
    },
    2 * MINUTE,
  );

  test(
    'that was refused leaves nothing behind, and what served before still does',
    async () => {
      await Promise.allSettled(endings.values());
      const after = await poll(
        async () => {
          const found = await takeInventory(kiln);
          return JSON.stringify(found) === JSON.stringify(before) ? found : undefined;
        },
        MINUTE,
        () => 'something is left behind',
      ).catch(() => takeInventory(kiln));
      const report = await traffic.stop();
      expect(after).toEqual(before);
      expect(report.failures).toEqual([]);
      expect(Object.keys(report.byRelease)).toEqual(['1.0.0']);
      expect(report.requests).toBeGreaterThan(20 * report.secondsTaken * 0.9);
    },
    2 * MINUTE,
  );
});
