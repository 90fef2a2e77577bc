import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCodeStore } from '#localcloud/services/lambda/code-store';
import { unpackZip } from '#localcloud/services/lambda/unpack-zip';
import { zipOf } from '#test/helpers/archives';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-code-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('code', () => {
  test('is unpacked once, and removed when no function names it', async () => {
    const code = openCodeStore(folder);
    const { sha256 } = await code.save(zipOf({ 'functions/a.mjs': 'export {}' }));
    const root = await code.taskRoot(sha256);
    expect(await code.taskRoot(sha256)).toBe(root);
    expect(readFileSync(join(root, 'functions/a.mjs'), 'utf8')).toBe('export {}');
    await code.retain(new Set([sha256]));
    expect(existsSync(root)).toBe(true);
    await code.retain(new Set());
    expect(existsSync(root)).toBe(false);
    expect(existsSync(code.zipPath(sha256))).toBe(false);
  });

  test.each([['../out.mjs'], ['/etc/out.mjs'], ['a/../../out.mjs']])(
    'that would be written to %s is refused',
    async (path) => {
      const zip = join(folder, 'f.zip');
      writeFileSync(zip, zipOf({ [path]: 'x' }));
      await expect(unpackZip(zip, join(folder, 'in'))).rejects.toThrow();
      expect(existsSync(join(folder, 'out.mjs'))).toBe(false);
    },
  );
});
