import { execFile, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { poll } from './poll.ts';

const execute = promisify(execFile);

/** How a test machine comes up: its kernel given to QEMU, or its disk by BIOS or UEFI. */
export type Firmware = 'direct' | 'bios' | 'uefi';

/** A machine to boot in QEMU. */
export interface BootInput {
  readonly firmware: Firmware;
  readonly diskPath: string;
  /** Port of the metadata service on 127.0.0.1; without it the machine finds none. */
  readonly metadataPort?: number;
  readonly workDir: string;
  readonly disk?: 'virtio' | 'nvme';
}

/** A running machine. */
export interface BootedMachine extends AsyncDisposable {
  /** Everything on the serial console so far. */
  console(): string;
  /** Waits until the console shows `pattern` and returns the seconds since QEMU was started. */
  waitForConsole(pattern: RegExp): Promise<number>;
  /** Sends GET until it is answered with 200; returns the body and the seconds since QEMU was started. */
  waitForHttp(path: string): Promise<{ readonly body: string; readonly seconds: number }>;
  pressPowerButton(): Promise<void>;
  /** Resolves when QEMU has ended, with the seconds since it was started. */
  readonly ended: Promise<number>;
}

const TIMEOUT_MS = 120_000;
const APP_PORT = 8080;
/** Only right under emulation, see docs of the hypervisor; an image's own command line keeps every protection. */
const EMULATION_FLAGS =
  'nokaslr mitigations=off tsc=reliable no_timer_check acpi=noirq loglevel=0 init_on_alloc=0';

/** Boots a disk in QEMU by software emulation; the disk itself is not written to. */
export async function bootMachine(input: BootInput): Promise<BootedMachine> {
  const port = await freePort();
  const args = [...commonArgs(input, port), ...(await firmwareArgs(input))];
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const qemu = spawn('qemu-system-x86_64', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  qemu.stdout.on('data', (data: Buffer) => {
    text += data.toString('latin1');
  });
  const ended = new Promise<number>((resolve) => qemu.once('exit', () => resolve(seconds())));
  const alive = (): void => {
    if (qemu.exitCode !== null || qemu.signalCode !== null) {
      throw new Error(`the machine ended, its console:\n${text}`);
    }
  };
  return {
    console: () => text,
    waitForConsole: async (pattern) => {
      await poll(
        () => (pattern.test(text) ? true : (alive(), undefined)),
        TIMEOUT_MS,
        () => text,
      );
      return seconds();
    },
    waitForHttp: async (path) => {
      const body = await poll(
        () => (alive(), get(port, path)),
        TIMEOUT_MS,
        () => text,
      );
      return { body, seconds: seconds() };
    },
    pressPowerButton: () => sendMonitorCommand(join(input.workDir, 'monitor'), 'system_powerdown'),
    ended,
    [Symbol.asyncDispose]: async () => {
      qemu.kill('SIGKILL');
      await ended;
    },
  };
}

function commonArgs({ diskPath, disk, metadataPort, firmware, workDir }: BootInput, port: number): string[] {
  const boot = firmware === 'direct' ? '' : ',bootindex=0';
  const device = disk === 'nvme' ? 'nvme,serial=kiln' : 'virtio-blk-pci';
  const metadata =
    metadataPort === undefined
      ? ''
      : `,guestfwd=tcp:169.254.169.254:80-cmd:busybox nc 127.0.0.1 ${metadataPort}`;
  const network =
    'user,id=net,net=169.254.0.0/16,host=169.254.169.253,dns=169.254.169.252,dhcpstart=169.254.0.15' +
    `,hostfwd=tcp:127.0.0.1:${port}-:${APP_PORT}${metadata}`;
  const options = [
    `-accel tcg,thread=multi -cpu max,-erms,-fsrm,-avx,-avx2 -machine q35 -smp 1 -m 256 -nodefaults -no-reboot`,
    `-display none -serial stdio -monitor unix:${join(workDir, 'monitor')},server,nowait`,
    `-drive if=none,id=disk,file=${diskPath},format=raw,snapshot=on -device ${device},drive=disk${boot}`,
    `-device virtio-net-pci,netdev=net,romfile=`,
  ];
  return [...options.join(' ').split(' '), '-netdev', network];
}

async function firmwareArgs({ firmware, diskPath, workDir }: BootInput): Promise<string[]> {
  if (firmware === 'bios') return [];
  if (firmware === 'uefi') {
    const flash = (file: string): string[] => ['-drive', `if=pflash,format=raw,snapshot=on,file=${file}`];
    return [...flash('/usr/share/OVMF/OVMF_CODE_4M.fd'), ...flash('/usr/share/OVMF/OVMF_VARS_4M.fd')];
  }
  const part = (name: string): string => join(workDir, name);
  const uki = part('uki.efi');
  await execute('mcopy', ['-n', '-o', '-i', `${diskPath}@@1M`, '::/EFI/BOOT/BOOTX64.EFI', uki]);
  const dump = ['linux', 'initrd', 'cmdline'].flatMap((name) => ['--dump-section', `.${name}=${part(name)}`]);
  await execute('objcopy', [...dump, uki, part('rest')]);
  const commandLine = await readFile(part('cmdline'), 'utf8');
  const kernel = ['-kernel', part('linux'), '-initrd', part('initrd')];
  return [...kernel, '-append', `${commandLine} ${EMULATION_FLAGS}`];
}

/**
 * One attempt, given up soon: QEMU takes a connection before the machine has a network, and then repeats its first packet
 * only after seconds.
 */
async function get(port: number, path: string): Promise<string | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(500) });
    return response.status === 200 ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}

async function sendMonitorCommand(path: string, command: string): Promise<void> {
  const socket = connect(path);
  socket.resume();
  await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.write(`${command}\n`, resolve);
  });
  socket.end();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
