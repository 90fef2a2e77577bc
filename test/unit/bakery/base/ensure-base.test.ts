import { describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseKey, ensureBase } from '#bakery/base/ensure-base';

describe('ensureBase', () => {
  test('returns the base that is there without building one', async () => {
    const home = await mkdtemp(join(tmpdir(), 'kiln-home-'));
    const directory = join(home, 'bases', await baseKey());
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'base.json'), '{"manifestVersion":1,"name":"node24"}');
    const steps: string[] = [];
    const base = await ensureBase({ home, onProgress: (step) => steps.push(step) });
    await rm(home, { recursive: true });
    expect(base).toMatchObject({
      directory,
      diskPath: join(directory, 'base.raw'),
      manifest: { name: 'node24' },
    });
    expect(steps).toEqual([]);
  });

  test('has the same key for the same sources', async () => {
    expect(await baseKey()).toMatch(/^[0-9a-f]{16}$/u);
    expect(await baseKey()).toBe(await baseKey());
  });
});
