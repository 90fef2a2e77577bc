import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checkHistoryFile } from '#cli/check-history-file';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'history-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the file of a history', () => {
  test('is made when it is not there', async () => {
    await checkHistoryFile(join(folder, 'new.jsonl'));
    expect(readFileSync(join(folder, 'new.jsonl'), 'utf8')).toBe('');
  });

  test('keeps what an earlier run wrote', async () => {
    writeFileSync(join(folder, 'old.jsonl'), '{}\n');
    await checkHistoryFile(join(folder, 'old.jsonl'));
    expect(readFileSync(join(folder, 'old.jsonl'), 'utf8')).toBe('{}\n');
  });

  test.each([
    ['a folder that is not there', 'no/such.jsonl'],
    ['a folder', '.'],
  ])('is refused before anything starts where it cannot be written: %s', async (_, name) => {
    await expect(checkHistoryFile(join(folder, name))).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(`no history can be written to '${join(folder, name)}'`),
    });
  });
});
