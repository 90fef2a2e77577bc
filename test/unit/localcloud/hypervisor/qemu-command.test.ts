import { describe, expect, test } from '@jest/globals';
import { macAddressOf, qemuArguments } from '#localcloud/hypervisor/qemu-command';
import type { QemuCommand } from '#localcloud/hypervisor/qemu-command';

const aCommand = (more: Partial<QemuCommand> = {}): QemuCommand => ({
  name: 'i-1',
  accelerator: 'tcg',
  memoryMiB: 256,
  vcpus: 1,
  overlayPath: '/m/disk.qcow2',
  boot: { firmware: 'bios' },
  metadataPort: 4000,
  ...more,
});

const valueOf = (args: readonly string[], option: string): string | undefined =>
  args[args.indexOf(option) + 1];

describe('the command line of QEMU', () => {
  test('gives the kernel only to a direct boot', () => {
    const kernel = { kernelPath: '/k', initrdPath: '/i', commandLine: 'quiet' };
    const direct = qemuArguments(aCommand({ boot: { firmware: 'direct', kernel } }));
    expect([valueOf(direct, '-kernel'), valueOf(direct, '-initrd'), valueOf(direct, '-append')]).toEqual([
      '/k',
      '/i',
      'quiet',
    ]);
    expect(qemuArguments(aCommand())).not.toContain('-kernel');
    expect(qemuArguments(aCommand({ boot: { firmware: 'uefi', variablesPath: '/v' } })).join(' ')).toContain(
      'if=pflash',
    );
  });

  test('leads the metadata address to the machine’s own service, and nowhere without one', () => {
    expect(valueOf(qemuArguments(aCommand()), '-netdev')).toContain(
      'tcp:169.254.169.254:80-cmd:busybox nc 127.0.0.1 4000',
    );
    expect(valueOf(qemuArguments(aCommand({ metadataPort: undefined })), '-netdev')).not.toContain(
      'guestfwd',
    );
  });

  test('a comma in a path stays in the path', () => {
    expect(qemuArguments(aCommand({ overlayPath: '/a,b/disk' })).join(' ')).toContain(
      'file=/a,,b/disk,format=qcow2',
    );
  });

  test('a machine’s address follows from its name and is a local unicast one', () => {
    expect(macAddressOf('i-1')).toBe(macAddressOf('i-1'));
    expect(macAddressOf('i-1')).not.toBe(macAddressOf('i-2'));
    expect(macAddressOf('i-1')).toMatch(/^02(:[0-9a-f]{2}){5}$/);
  });
});
