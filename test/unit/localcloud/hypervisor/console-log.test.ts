import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CONSOLE_TAIL_BYTES, openConsoleLog, readConsoleTail } from '#localcloud/hypervisor/console-log';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'console-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the console of a machine', () => {
  test('keeps the last 64 KiB, in memory and on disk, and its file bounded', () => {
    const path = join(dir, 'console.log');
    const log = openConsoleLog(path);
    for (let chunk = 0; chunk < 300; chunk++) log.append(Buffer.alloc(10_000, chunk % 251));
    expect(log.tail()).toHaveLength(CONSOLE_TAIL_BYTES);
    expect(readConsoleTail(path).equals(log.tail())).toBe(true);
    expect(statSync(path).size).toBeLessThanOrEqual(16 * CONSOLE_TAIL_BYTES);
  });

  test('goes on where an earlier boot ended', () => {
    const path = join(dir, 'console.log');
    openConsoleLog(path).append(Buffer.from('first boot\n'));
    const log = openConsoleLog(path);
    log.append(Buffer.from('second boot\n'));
    expect(log.tail().toString()).toBe('first boot\nsecond boot\n');
  });

  test('is empty for a machine that never wrote', () => {
    expect(readConsoleTail(join(dir, 'absent'))).toHaveLength(0);
  });
});
