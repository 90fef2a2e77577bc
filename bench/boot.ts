/** Boots the example as the local cloud boots it, against the same kernel, Node and QEMU with the smallest possible init. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBase } from '#bakery/base/ensure-base';
import { kilnHome, projectRoot } from '#cli/home';
import { bakeLocalDisk } from '#cli/local-machine';
import { createQemu } from '#localcloud/hypervisor/qemu';
import { prepareFloor } from './floor-kernel.ts';
import { measure, median, medians } from './measure.ts';
import { record } from './record.ts';
import { timeBoot } from './time-boot.ts';
import type { TimedBoot } from './time-boot.ts';

const ROUNDS = 9;
const FIRMWARE_ROUNDS = 3;
const AIM = 1.25;
/** What init says on the console, each with the kernel's own time in seconds. */
const MARKS = {
  initStarted: /init started at (\S+) s/,
  networkReady: /network ready at (\S+) s/,
  metadataRead: /metadata read at (\S+) s/,
  appStarted: /app started at (\S+) s/,
};

const base = await ensureBase({ home: kilnHome() });
const disk = await bakeLocalDisk(`${projectRoot}/examples/hello-node`, base, kilnHome());
try {
  const cacheDir = join(disk.directory, 'cache');
  const floorDir = join(disk.directory, 'floor');
  await createQemu({ cacheDir }).prepare();
  await cp(cacheDir, floorDir, { recursive: true });
  await prepareFloor(disk.diskPath, floorDir);

  const boots = { kiln: [] as TimedBoot[], floor: [] as TimedBoot[] };
  const boot = async (work: Promise<TimedBoot>, kept: TimedBoot[] = []): Promise<number> => {
    const booted = await work;
    kept.push(booted);
    return booted.milliseconds;
  };
  const samples = await measure(
    {
      kiln: () => boot(timeBoot({ disk, firmware: 'direct', cacheDir }), boots.kiln),
      floor: () => boot(timeBoot({ disk, firmware: 'direct', cacheDir: floorDir }), boots.floor),
    },
    { rounds: ROUNDS },
  );
  const firmware = await measure(
    {
      bios: () => boot(timeBoot({ disk, firmware: 'bios', cacheDir })),
      uefi: () => boot(timeBoot({ disk, firmware: 'uefi', cacheDir })),
    },
    { rounds: FIRMWARE_ROUNDS, warmUps: 0 },
  );
  const { kiln, floor } = medians(samples);
  const processor = (all: readonly TimedBoot[]): number =>
    median(all.map(({ processorMilliseconds }) => processorMilliseconds));
  const least = { kiln: Math.min(...samples.kiln), floor: Math.min(...samples.floor) };
  await record({
    name: 'boot',
    subject:
      'Launch of QEMU to the first HTTP 200 of examples/hello-node, as the local cloud boots it; the floor is the same with a fixed address, no metadata and Node as process 1',
    figures: [
      { name: 'boot to HTTP 200 over the floor', value: kiln / floor, unit: 'x', aim: AIM },
      { name: 'the fastest boot over the fastest floor', value: least.kiln / least.floor, unit: 'x' },
      {
        name: 'processor time over the floor',
        value: processor(boots.kiln) / processor(boots.floor),
        unit: 'x',
      },
      { name: 'boot to HTTP 200', value: kiln, unit: 'ms' },
      { name: 'through the BIOS', value: median(firmware.bios), unit: 'ms' },
      { name: 'through UEFI', value: median(firmware.uefi), unit: 'ms' },
    ],
    unit: 'ms',
    samples: { ...samples, ...firmware },
    acceleration: 'tcg,thread=multi',
    details: {
      fastestMilliseconds: least,
      guestSeconds: Object.fromEntries(
        Object.entries(MARKS).map(([name, mark]) => [
          name,
          median(boots.kiln.map(({ console }) => Number(mark.exec(console)?.[1]))),
        ]),
      ),
    },
  });
} finally {
  await disk.remove();
}
