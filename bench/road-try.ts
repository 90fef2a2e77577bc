/** Releases the example through the whole road, first onto nothing and then beside what serves, against one boot of its machine. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBase } from '#bakery/base/ensure-base';
import { dropArtifact } from '#cli/drop-artifact';
import { kilnHome, projectRoot } from '#cli/home';
import { bakeLocalDisk } from '#cli/local-machine';
import type { LocalDisk } from '#cli/local-machine';
import { readMachines } from '#cli/machines';
import { watchRelease } from '#cli/progress/watch-release';
import { poll } from '#test/helpers/poll';
import { startKiln } from '#test/helpers/start-kiln';
import type { RunningKiln } from '#test/helpers/start-kiln';
import { median } from './measure.ts';
import { record } from './record.ts';
import { releaseLedger } from './release-ledger.ts';
import type { Ledger, ReleaseTime } from './release-ledger.ts';
import { timeBoot } from './time-boot.ts';

const CLOUDS = 2;
const CHANGES = 2;
const MACHINES = 2;
const AIM_BOOTS = 3;
const TIDY_MS = 180_000;

/** A release, and the boots right before and after it. */
interface Trip extends ReleaseTime {
  readonly boots: readonly number[];
}

/** The example with another greeting, so that each version has an image of its own. */
async function writeVersion(version: number, directory: string): Promise<void> {
  await cp(`${projectRoot}/examples/hello-node`, directory, { recursive: true });
  const server = join(directory, 'server.js');
  const source = await readFile(server, 'utf8');
  await writeFile(server, source.replace("'hello'", `'hello ${version}'`));
}

async function dropAndWatch(kiln: RunningKiln, version: number, path: string): Promise<ReleaseTime> {
  const droppedAt = Date.now();
  const artifact = { path, app: 'hello', version: `${version}.0.0` };
  const dropped = await dropArtifact(artifact, kiln.stack, kiln.connection);
  const { record: released, states } = await watchRelease(dropped, kiln);
  if (released.status !== 'live')
    throw new Error(`release ${version}.0.0 is ${released.status}: ${released.message}`);
  return releaseLedger(droppedAt, states);
}

async function release(kiln: RunningKiln, version: number): Promise<ReleaseTime> {
  const directory = await mkdtemp(join(tmpdir(), 'kiln-road-'));
  await writeVersion(version, directory);
  const time = await dropAndWatch(kiln, version, directory);
  await rm(directory, { recursive: true, force: true });
  await poll(
    async () => ((await readMachines(kiln.connection)).length === MACHINES ? true : undefined),
    TIDY_MS,
    () => 'more machines are left than those that serve',
  );
  return time;
}

async function oneCloud(disk: LocalDisk): Promise<Trip[]> {
  const boot = async (): Promise<number> =>
    (await timeBoot({ disk, firmware: 'direct', cacheDir: join(disk.directory, 'cache') })).milliseconds;
  const kiln = await startKiln();
  try {
    const trips: Trip[] = [];
    let before = await boot();
    for (let version = 1; version <= 1 + CHANGES; version += 1) {
      const time = await release(kiln, version);
      const after = await boot();
      trips.push({ ...time, boots: [before, after] });
      before = after;
    }
    return trips;
  } finally {
    await kiln.stop();
  }
}

const meanBoot = ({ boots }: Trip): number => boots.reduce((sum, boot) => sum + boot, 0) / boots.length;
const inBoots = (trip: Trip): number => trip.milliseconds / meanBoot(trip);
const medianOf = (trips: readonly Trip[], value: (trip: Trip) => number): number => median(trips.map(value));

function ledgerOf(trips: readonly Trip[]): Record<string, number> {
  const names = Object.keys(trips[0]?.ledger ?? {}) as (keyof Ledger)[];
  return Object.fromEntries(
    names.map((name) => [name, Math.round(medianOf(trips, ({ ledger }) => ledger[name])) / 1000]),
  );
}

const base = await ensureBase({ home: kilnHome() });
const disk = await bakeLocalDisk(`${projectRoot}/examples/hello-node`, base, kilnHome());
try {
  await timeBoot({ disk, firmware: 'direct', cacheDir: join(disk.directory, 'cache') });
  const clouds: Trip[][] = [];
  for (let count = 0; count < CLOUDS; count += 1) clouds.push(await oneCloud(disk));
  const first = clouds.flatMap((trips) => trips.slice(0, 1));
  const next = clouds.flatMap((trips) => trips.slice(1));
  await record({
    name: 'road',
    subject: `Drop of examples/hello-node to all traffic shifted to its ${MACHINES} machines, in a new local cloud, beside the release that serves and as the first one; one boot is the same image booted directly in the same run`,
    figures: [
      {
        name: 'release beside one that serves, in boots',
        value: medianOf(next, inBoots),
        unit: 'x',
        aim: AIM_BOOTS,
      },
      { name: 'first release, in boots', value: medianOf(first, inBoots), unit: 'x' },
      {
        name: 'release beside one that serves',
        value: medianOf(next, (trip) => trip.milliseconds) / 1000,
        unit: 's',
      },
      { name: 'first release', value: medianOf(first, (trip) => trip.milliseconds) / 1000, unit: 's' },
      { name: 'one boot', value: medianOf([...first, ...next], meanBoot) / 1000, unit: 's' },
    ],
    unit: 's',
    samples: {
      next: next.map((trip) => trip.milliseconds / 1000),
      first: first.map((trip) => trip.milliseconds / 1000),
      boot: clouds.flat().map((trip) => meanBoot(trip) / 1000),
      nextInBoots: next.map(inBoots),
      firstInBoots: first.map(inBoots),
    },
    acceleration: 'tcg,thread=multi',
    details: { ledgerSeconds: { next: ledgerOf(next), first: ledgerOf(first) } },
  });
} finally {
  await disk.remove();
}
