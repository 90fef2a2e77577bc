import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { probeAccelerator } from '#localcloud/hypervisor/accelerator';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'accelerator-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A QEMU that only ends, and counts how often it was asked. */
const aQemu = (ending: string): string => {
  const path = join(dir, 'qemu');
  writeFileSync(path, `#!/bin/sh\necho run >> '${join(dir, 'runs')}'\n${ending}\n`);
  chmodSync(path, 0o755);
  return path;
};

const kvmHere = existsSync('/dev/kvm') && process.arch === 'x64';

describe('the accelerator', () => {
  test('is kvm only when the probe’s guest reached its last instruction', async () => {
    const cache = join(dir, 'cache.json');
    expect(await probeAccelerator(aQemu('exit 85'), cache)).toBe(kvmHere ? 'kvm' : 'tcg');
  });

  test('is tcg when the probe aborts', async () => {
    expect(await probeAccelerator(aQemu('kill -ABRT $$'), join(dir, 'cache.json'))).toBe('tcg');
  });

  test('is remembered for this host and this QEMU', async () => {
    const qemu = aQemu('exit 1');
    const cache = join(dir, 'deep', 'cache.json');
    await probeAccelerator(qemu, cache);
    await probeAccelerator(qemu, cache);
    const runs = existsSync(join(dir, 'runs'))
      ? readFileSync(join(dir, 'runs'), 'utf8').trim().split('\n').length
      : 0;
    expect(runs).toBe(kvmHere ? 1 : 0);
    writeFileSync(cache, 'cut sh');
    expect(await probeAccelerator(qemu, cache)).toBe('tcg');
  });
});
