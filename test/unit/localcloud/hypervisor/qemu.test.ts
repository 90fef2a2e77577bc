import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Hypervisor, Machine, MachineSpec } from '#localcloud/hypervisor/driver';
import { createQemu } from '#localcloud/hypervisor/qemu';
import { poll } from '#test/helpers/poll';

let dir: string;
let bin: string;
let hypervisor: Hypervisor;
const launched: Machine[] = [];

/** Installs a `qemu-system-x86_64` that boots nothing. */
const installFakeQemu = (): void => {
  const path = join(bin, 'qemu-system-x86_64');
  writeFileSync(
    path,
    `#!/bin/sh\nexec '${process.execPath}' '${join(import.meta.dirname, 'fake-qemu.mjs')}' "$@"\n`,
  );
  chmodSync(path, 0o755);
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'qemu-'));
  bin = join(dir, 'bin');
  mkdirSync(bin);
  installFakeQemu();
  for (const program of ['setpriv', 'busybox']) symlinkSync(`/usr/bin/${program}`, join(bin, program));
  hypervisor = createQemu({ cacheDir: join(dir, 'cache'), path: bin });
  writeFileSync(join(dir, 'disk.raw'), Buffer.alloc(1_048_576));
});

afterEach(async () => {
  await Promise.all(launched.splice(0).map((machine) => machine.kill()));
  rmSync(dir, { recursive: true, force: true });
});

const launch = async (more: Partial<MachineSpec> = {}): Promise<Machine> => {
  const machine = await hypervisor.launch({
    id: 'i-1',
    dir: join(dir, 'machines', 'i-1'),
    diskPath: join(dir, 'disk.raw'),
    memoryMiB: 128,
    vcpus: 1,
    firmware: 'bios',
    ...more,
  });
  launched.push(machine);
  return machine;
};

describe('a QEMU machine', () => {
  test('whose guest powers off ends with a guest shutdown, told once', async () => {
    const reasons: string[] = [];
    const machine = await launch({ onExit: ({ reason }) => reasons.push(reason) });
    await machine.powerDown();
    expect((await machine.exited).reason).toBe('guest-shutdown');
    expect(reasons).toEqual(['guest-shutdown']);
    expect(existsSync(join(dir, 'machines', 'i-1', 'pid'))).toBe(false);
  });

  test('that does not hear its power button is killed after the grace', async () => {
    const machine = await launch({ id: 'deaf' });
    expect((await machine.stop(0.1)).reason).toBe('killed');
  });

  test('C07 whose process hangs is killed after the grace all the same', async () => {
    const machine = await launch();
    process.kill(machine.pid, 'SIGSTOP');
    expect((await machine.stop(0.1)).reason).toBe('killed');
  });

  test('that somebody else kills has crashed', async () => {
    const machine = await launch();
    process.kill(machine.pid, 'SIGKILL');
    expect(await machine.exited).toEqual({ reason: 'crashed', detail: 'signal SIGKILL' });
    await expect(machine.powerDown()).rejects.toThrow('qemu is gone');
  });

  test('opens one port per guest port', async () => {
    const machine = await launch();
    const [one, two, other] = await Promise.all([
      machine.forward(80),
      machine.forward(80),
      machine.forward(81),
    ]);
    expect([one.port, two.port, other.port]).toEqual([30_080, 30_080, 30_081]);
  });

  test('C07 loses its network and gets it back', async () => {
    const machine = await launch();
    const says = (text: string): Promise<true> =>
      poll(
        () => (machine.console().toString().includes(text) ? true : undefined),
        5000,
        () => machine.console().toString(),
      );
    await machine.setLink(false);
    await says('link of n0 down');
    await machine.setLink(true);
    await says('link of n0 up');
  });

  test('falls back to the BIOS when the disk has no kernel to boot directly', async () => {
    expect((await launch({ firmware: 'direct' })).firmware).toBe('bios');
  });

  test('says what QEMU refused', async () => {
    await expect((await launch()).resume()).rejects.toThrow("qemu refused 'cont': no");
  });

  test('carries its name, and what the guest wrote is its console', async () => {
    const machine = await launch();
    await poll(
      () => (machine.console().toString().includes('-name i-1') ? true : undefined),
      5000,
      () => machine.console().toString(),
    );
  });

  test('that cannot start says why', async () => {
    writeFileSync(join(bin, 'qemu-system-x86_64'), '#!/bin/sh\necho "no such disk" >&2\nexit 1\n');
    await expect(launch()).rejects.toThrow("machine 'i-1' did not start: exit code 1: no such disk");
  });

  test('needs the programs, and names the missing one', async () => {
    rmSync(join(bin, 'qemu-system-x86_64'));
    await expect(launch()).rejects.toMatchObject({
      name: 'MachineLaunchError',
      message: expect.stringContaining("'qemu-system-x86_64' is not installed"),
    });
  });
});
