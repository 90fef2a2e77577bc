import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalDisk } from '#cli/local-machine';
import type { Firmware, Machine, MetadataHandler } from '#localcloud/hypervisor/driver';
import { createImds } from '#localcloud/hypervisor/imds';
import { instanceMetadata } from '#localcloud/hypervisor/instance-metadata';
import { createQemu } from '#localcloud/hypervisor/qemu';

const INSTANCE_ID = 'i-0123456789abcdef0';
/** Of a `t3.nano`, the smallest type, which the local cloud gives the example. */
const MEMORY_MIB = 512;
const GIVE_UP_MS = 120_000;
const RETRY_MS = 15;
/** QEMU holds a connection that comes before the guest has its address, and asks again only after seconds. */
const ATTEMPT_MS = 250;

/** How to boot. */
export interface Boot {
  readonly disk: LocalDisk;
  readonly firmware: Firmware;
  /** The hypervisor's cache; another kernel or initramfs in it is booted instead of the disk's. */
  readonly cacheDir: string;
}

/** One boot. */
export interface TimedBoot {
  /** Milliseconds from the call that launches QEMU to the first answer with status 200 from outside. */
  readonly milliseconds: number;
  /** What QEMU used of the processors until then; other work on the host hardly changes it. */
  readonly processorMilliseconds: number;
  readonly console: string;
}

/** Boots a disk as the local cloud boots an instance of it, waits for its first good answer, and ends the machine. */
export async function timeBoot({ disk, firmware, cacheDir }: Boot): Promise<TimedBoot> {
  const dir = join(disk.directory, 'machine');
  await rm(dir, { recursive: true, force: true });
  const started = performance.now();
  const machine = await createQemu({ cacheDir }).launch({
    id: INSTANCE_ID,
    dir,
    diskPath: disk.diskPath,
    memoryMiB: MEMORY_MIB,
    vcpus: 1,
    firmware,
    metadata: metadata(),
  });
  try {
    if (machine.firmware !== firmware)
      throw new Error(`the machine started by ${machine.firmware}, not ${firmware}`);
    await waitForAnswer(machine, disk, started + GIVE_UP_MS);
    const milliseconds = performance.now() - started;
    const processorMilliseconds = await processorTime(machine.pid);
    return { milliseconds, processorMilliseconds, console: machine.console().toString() };
  } finally {
    await machine.kill();
  }
}

/** User and system time of a process in milliseconds; the kernel counts in hundredths of a second (proc(5), `stat`). */
async function processorTime(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function metadata(): MetadataHandler {
  const tree = instanceMetadata({
    accountId: '000000000000',
    region: 'eu-central-1',
    zone: 'eu-central-1a',
    instanceId: INSTANCE_ID,
    imageId: 'ami-0123456789abcdef0',
    instanceType: 't3.nano',
    privateIp: '172.31.0.10',
    privateDnsName: 'ip-172-31-0-10.eu-central-1.compute.internal',
    launchedAt: Date.now(),
    tags: { 'kiln:env': 'dev', 'kiln:app': 'hello', 'kiln:release': 'hello-1.0.0' },
  });
  return createImds({ tree: () => tree, httpTokens: () => 'required', enabled: () => true });
}

async function waitForAnswer(machine: Machine, { app }: LocalDisk, deadline: number): Promise<void> {
  const { host, port } = await machine.forward(app.process.port);
  const url = `http://${host}:${port}${app.healthPath}`;
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ATTEMPT_MS) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    if (performance.now() > deadline)
      throw new Error(`no answer, the console:\n${machine.console().toString()}`);
    await sleep(RETRY_MS);
  }
}
