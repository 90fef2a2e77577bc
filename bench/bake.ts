import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packDirectory } from '#bakery/artifact/pack-directory';
import { bake } from '#bakery/bake/bake';
import { writeDisk } from '#bakery/bake/write-disk';
import { ensureBase } from '#bakery/base/ensure-base';
import type { LocalBase } from '#bakery/base/ensure-base';
import { kilnHome } from '#cli/home';
import { bakeFloor } from './bake-floor.ts';
import { differingBlocks, uploadedBlocks } from './blocks-uploaded.ts';
import { APP_MIX, generateApp } from './generate-app.ts';
import { measure, median, medians, timed } from './measure.ts';
import { record } from './record.ts';

const ROUNDS = 21;
const WARM_UPS = 4;
const HELLO_NODE = join(import.meta.dirname, '../examples/hello-node');

const execute = promisify(execFile);

// Not in /tmp, which may be in memory: where bakes happen, and `cp` on the same file system.
const home = kilnHome();
await mkdir(join(home, 'run'), { recursive: true });
const directory = await mkdtemp(join(home, 'run/bench-'));
try {
  await measureBake(await ensureBase({ home }));
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function measureBake(base: LocalBase): Promise<void> {
  const app = join(directory, 'app');
  await cp(HELLO_NODE, app, { recursive: true });
  await generateApp(app);
  const artifactPath = join(directory, 'app.zip');
  await writeFile(artifactPath, await packDirectory(app));
  const bakeAgain = () => bake({ artifactPath, base: base.manifest, workDir: join(directory, 'work') });

  const firstBakeMs = await timed(async () => (await bakeAgain()).dispose());
  const baked = await bakeAgain();
  const blocks = await compareBlocks(base, await bakeAgain());
  const layerPath = join(directory, 'layer');
  await writeLayer(baked.changedBlocks(), baked.layer.layerBytes, layerPath);
  const floor = await bakeFloor(app, layerPath, join(directory, 'floor'));

  const cpu: number[] = [];
  const samples = await measure(
    {
      bake: async () => {
        const before = process.cpuUsage();
        const start = performance.now();
        const again = await bakeAgain();
        const milliseconds = performance.now() - start;
        const { user, system } = process.cpuUsage(before);
        cpu.push((user + system) / 1000);
        if (again.digest !== baked.digest) throw new Error('two bakes of the same artifact differ');
        await again.dispose();
        return milliseconds;
      },
      cp: () => copied((target) => execute('cp', [layerPath, target])),
      copyInProcess: () => copied((target) => copyFile(layerPath, target)),
      inflateOnly: floor.inflateOnly,
      inflateHashWrite: floor.inflateHashWrite,
    },
    { rounds: ROUNDS, warmUps: WARM_UPS },
  );
  await baked.dispose();

  const middle = medians(samples);
  await record({
    name: 'bake',
    subject: `bake of examples/hello-node with ${APP_MIX}: zip on disk to changed blocks on disk, in a warm process, against cp of a file as large as the app layer that it writes`,
    figures: [
      { name: 'bake to the cp program', value: middle.bake / middle.cp, unit: 'x', aim: 3 },
      { name: 'bake to copyFile in the process', value: middle.bake / middle.copyInProcess, unit: 'x' },
      { name: 'inflating alone to the cp program', value: middle.inflateOnly / middle.cp, unit: 'x' },
      { name: 'bake to inflating alone', value: middle.bake / middle.inflateOnly, unit: 'x' },
      {
        name: 'bake to inflating, hashing and writing at once',
        value: middle.bake / middle.inflateHashWrite,
        unit: 'x',
      },
      { name: 'bake', value: middle.bake, unit: 'ms' },
      {
        name: 'blocks uploaded to blocks changed',
        value: blocks.uploaded / blocks.changed,
        unit: 'x',
        aim: 1,
      },
    ],
    unit: 'ms',
    samples,
    details: {
      artifactBytes: (await readFile(artifactPath)).length,
      contentBytes: baked.layer.contentBytes,
      layerBytes: baked.layer.layerBytes,
      files: baked.layer.files,
      firstBakeMs: Math.round(firstBakeMs),
      bakeCpuMs: Math.round(median(cpu.slice(WARM_UPS))),
      blocks,
      floor:
        'inflateOnly: all compressed files, already dressed as gzip members, on all threads of the pool; inflateHashWrite: the same while the finished layer is hashed and written, so nothing waits for anything',
    },
  });
}

async function copied(copy: (target: string) => Promise<unknown>): Promise<number> {
  const target = join(directory, 'copy');
  const milliseconds = await timed(() => copy(target));
  await rm(target);
  return milliseconds;
}

// A file of as many bytes as the layer, of the blocks that the bake wrote.
async function writeLayer(
  blocks: AsyncIterable<{ readonly data: Uint8Array }>,
  bytes: number,
  path: string,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for await (const { data } of blocks) await file.write(data);
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
}

interface BlockCounts {
  readonly uploaded: number;
  readonly changed: number;
  readonly same: boolean;
}

async function compareBlocks(base: LocalBase, baked: Awaited<ReturnType<typeof bake>>): Promise<BlockCounts> {
  const disk = join(directory, 'disk.raw');
  await writeDisk(baked, base.diskPath, disk);
  const uploaded = await uploadedBlocks(baked);
  const changed = await differingBlocks(base.diskPath, disk, baked.diskBytes);
  await baked.dispose();
  await rm(disk);
  const same = JSON.stringify(uploaded) === JSON.stringify(changed);
  if (!same) throw new Error(`${uploaded.length} blocks were uploaded, ${changed.length} others differ`);
  return { uploaded: uploaded.length, changed: changed.length, same };
}
