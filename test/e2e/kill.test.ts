import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dropArtifact } from '#cli/drop-artifact';
import { projectRoot } from '#cli/home';
import { readMachines } from '#cli/machines';
import { readExecutionProgress } from '#cli/progress/execution-states';
import { readStack } from '#cli/stack';
import type { Stack } from '#cli/stack';
import { createDocumentStore } from '#pipeline/documents/document-store';
import type { Release, ReleaseRecord } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import { takeInventory } from '#test/helpers/inventory';
import type { Inventory } from '#test/helpers/inventory';
import { createKillableKiln } from '#test/helpers/killable-kiln';
import type { KillableKiln } from '#test/helpers/killable-kiln';
import { poll } from '#test/helpers/poll';

const MINUTE = 60_000;
/** Takes seconds to bake, so that there is a middle to be killed in. */
const LARGE_BYTES = 48 * 1_048_576;

let kiln: KillableKiln;
let stack: Stack;
let stateDir: string;
let artifacts: string;

beforeAll(async () => {
  kiln = await createKillableKiln();
  stateDir = join(kiln.home, 'cloud');
  artifacts = await mkdtemp(join(tmpdir(), 'kiln-artifacts-'));
  for (const name of ['small', 'large']) {
    await cp(join(projectRoot, 'examples/hello-node'), join(artifacts, name), { recursive: true });
  }
  await writeFile(join(artifacts, 'small/release.txt'), 'another content, and so another image');
  await writeFile(join(artifacts, 'large/large.bin'), randomBytes(LARGE_BYTES));
  await kiln.start();
  stack = await readStack(kiln.connection);
}, 5 * MINUTE);

afterAll(async () => {
  await kiln?.end();
  await rm(artifacts, { recursive: true, force: true });
}, MINUTE);

const drop = (name: string, version: string): Promise<Release> =>
  dropArtifact({ path: join(artifacts, name), app: 'hello', version }, stack, kiln.connection);

/** Names of the states that the release's executions are in now, the rollout's included. */
const currentStates = async ({ releaseId }: Release): Promise<string[]> => {
  const arn = `${stack.releaseStateMachineArn.replace(':stateMachine:', ':execution:')}:${releaseId}`;
  const own = await readExecutionProgress(arn, kiln.connection.states);
  const children = await Promise.all(
    (own?.children ?? []).map((child) => readExecutionProgress(child, kiln.connection.states)),
  );
  return [own, ...children].flatMap((progress) =>
    (progress?.states ?? []).filter(({ exitedAt }) => exitedAt === undefined).map(({ state }) => state),
  );
};

const waitForState = (release: Release, state: string): Promise<true> => {
  let seen: string[] = [];
  return poll(
    async () => {
      seen = await currentStates(release);
      return seen.includes(state) ? true : undefined;
    },
    2 * MINUTE,
    () => `'${release.releaseId}' is in ${seen.join(', ')}, expected ${state}`,
  );
};

const machineProcesses = async (): Promise<string[]> =>
  (await kiln.processes()).filter((commandLine) => commandLine.includes('qemu-system'));

/** Kills the process and checks that nothing of it is left. */
const killAtOnce = async (): Promise<void> => {
  expect(await machineProcesses()).not.toEqual([]);
  expect(await kiln.kill('SIGKILL')).toBe('SIGKILL');
  let left: string[] = [];
  await poll(
    async () => {
      left = await kiln.processes();
      return left.length === 0 ? true : undefined;
    },
    5000,
    () => `still there:\n${left.join('\n')}`,
  );
};

const endOf = async (release: Release): Promise<ReleaseRecord> => {
  const documents = createDocumentStore(kiln.connection.s3, stack.bucket);
  let seen: ReleaseRecord | undefined;
  return poll(
    async () => {
      seen = await documents.read<ReleaseRecord>(releaseKey(release));
      return ['live', 'rejected', 'failed', 'superseded'].includes(seen?.status ?? '') ? seen : undefined;
    },
    3 * MINUTE,
    () => `'${release.releaseId}' stays '${seen?.status}'`,
  );
};

/** Waits until exactly two machines of the version are there, with one group, rule and target group and its images. */
const settled = async (version: string): Promise<Inventory> => {
  let seen = '';
  return poll(
    async () => {
      const inventory = await takeInventory({ connection: kiln.connection, stack, stateDir });
      const machines = (await readMachines(kiln.connection)).map(
        ({ release, state }) => `${release} ${state}`,
      );
      const health = await fetch(kiln.url).then((answer) => answer.json() as Promise<{ release: string }>);
      seen = JSON.stringify({ inventory, machines, health }, undefined, 2);
      const single = ['groups', 'targetGroups', 'launchTemplates'].every(
        (kind) => inventory[kind]?.length === 1,
      );
      const running = JSON.stringify(machines) === JSON.stringify(Array(2).fill(`${version} running`));
      // The listener's own rule and the app's.
      const rules = inventory['rules']?.length === 2;
      const snapshots = inventory['snapshots']?.length === (inventory['images']?.length ?? 0) + 1;
      const qemu = (await machineProcesses()).length === 2;
      const served = health.release === version;
      return single && running && rules && snapshots && qemu && served ? inventory : undefined;
    },
    2 * MINUTE,
    () => `does not come to rest: ${seen}`,
  );
};

const temporaryFiles = async (): Promise<string[]> =>
  (await readdir(join(stateDir, 'lambda/tmp'), { recursive: true }).catch(() => [])).filter((name) =>
    name.includes('kiln-bake-'),
  );

const instanceIds = async (): Promise<string[]> =>
  (await readMachines(kiln.connection)).map(({ instanceId }) => instanceId).toSorted();

describe('a local cloud that is killed', () => {
  test(
    'in the middle of a bake goes on with it at the next start',
    async () => {
      const release = await drop('large', '2.0.0');
      await waitForState(release, 'BakeImage');
      await poll(
        async () => ((await temporaryFiles()).some((name) => name.endsWith('artifact')) ? true : undefined),
        MINUTE,
        () => 'the bake does not fetch its artifact',
      );
      await killAtOnce();
      const left = await temporaryFiles();
      expect(left).not.toEqual([]);
      await kiln.start();
      expect(await endOf(release)).toMatchObject({ status: 'live', version: '2.0.0' });
      expect((await temporaryFiles()).filter((name) => left.includes(name))).toEqual([]);
      expect((await settled('2.0.0'))['temporaryFiles']).toEqual([]);
    },
    6 * MINUTE,
  );

  test(
    'in the middle of a rollout goes on with it at the next start',
    async () => {
      const release = await drop('small', '3.0.0');
      await waitForState(release, 'WaitForHealthyTargets');
      await killAtOnce();
      await kiln.start();
      expect(await endOf(release)).toMatchObject({ status: 'live', version: '3.0.0' });
      await settled('3.0.0');
    },
    6 * MINUTE,
  );

  test(
    'while nothing happens brings its machines back at the next start',
    async () => {
      const before = await settled('3.0.0');
      await killAtOnce();
      await kiln.start();
      expect(await settled('3.0.0')).toEqual(before);
    },
    3 * MINUTE,
  );
});

describe('a local cloud that is interrupted', () => {
  test(
    'ends its machines, exits with 0, and brings the same machines back at the next start',
    async () => {
      const before = await instanceIds();
      const started = performance.now();
      expect(await kiln.kill('SIGINT')).toBe(0);
      const stopSeconds = (performance.now() - started) / 1000;
      expect(await kiln.processes()).toEqual([]);
      expect(stopSeconds).toBeLessThan(10);
      const startSeconds = await kiln.start();
      process.stderr.write(`stopped in ${stopSeconds.toFixed(1)} s, back in ${startSeconds.toFixed(1)} s\n`);
      expect(await instanceIds()).toEqual(before);
      await settled('3.0.0');
    },
    3 * MINUTE,
  );
});
