import { describe, expect, test } from '@jest/globals';
import { checkNativeCode } from '#bakery/artifact/check-native-code';

function elf({ bits = 2, endian = 1, type = 3, machine = 62 } = {}): Buffer {
  const head = Buffer.alloc(64);
  head.set([0x7f, 0x45, 0x4c, 0x46, bits, endian, 1]);
  head.writeUInt16LE(type, 16);
  head.writeUInt16LE(machine, 18);
  return head;
}

function check(path: string, head: Uint8Array): void {
  checkNativeCode({ path, kind: 'file', executable: false, size: 4096, target: '' }, head);
}

describe('machine code', () => {
  test.each([
    ['a shared library for x86-64 Linux', 'addon.node', elf()],
    ['a program for x86-64 Linux', 'bin/tool', elf({ type: 2 })],
    ['an object file for another processor', 'build/a.o', elf({ type: 1, machine: 183 })],
    [
      'a prebuilt addon whose path names another platform',
      'prebuilds/linux-arm64/x.node',
      elf({ machine: 183 }),
    ],
    [
      'a package for another platform',
      'node_modules/@esbuild/darwin-arm64/bin/esbuild',
      elf({ machine: 183 }),
    ],
    ['a Windows addon whose path says so', 'prebuilds/win32-x64/x.node', Buffer.from('MZ\x90\0')],
    ['a Windows program, which nobody would start', 'tool.exe', Buffer.from('MZ\x90\0')],
    ['a text', 'a.node', Buffer.from('hello')],
    ['an empty file', 'a.node', Buffer.alloc(0)],
    ['a cut ELF header', 'a.node', elf({ machine: 183 }).subarray(0, 12)],
  ])('accepts %s', (_what, path, head) => {
    expect(() => check(path, head)).not.toThrow();
  });

  test.each([
    ['aarch64', 'build/Release/addon.node', elf({ machine: 183 }), 'aarch64'],
    ['32-bit x86', 'lib/a.so', elf({ bits: 1, machine: 3 }), '32-bit x86'],
    ['x32', 'lib/a.so', elf({ bits: 1 }), 'x32'],
    ['a big-endian processor', 'bin/a', elf({ endian: 2 }), 'big-endian'],
    ['an unknown processor', 'bin/a', elf({ machine: 999 }), 'processor number 999'],
    ['macOS', 'build/Release/addon.node', Buffer.from('cffaedfe0c000001', 'hex'), 'macOS'],
    ['Windows', 'build/Release/addon.node', Buffer.from('MZ\x90\0'), 'Windows'],
  ])('refuses code for %s', (_what, path, head, said) => {
    expect(() => check(path, head)).toThrow(
      expect.objectContaining({ reason: 'wrong_arch', message: expect.stringContaining(said) }),
    );
  });
});
