import { describe, expect, test } from '@jest/globals';
import { writeCpio } from '#bakery/base/cpio';

/** Reads an archive back, by the format's description and not by the writer's code. */
function readCpio(archive: Buffer): { path: string; mode: number; device: number[]; data: string }[] {
  const entries = [];
  for (let at = 0; at < archive.length;) {
    expect(archive.toString('latin1', at, at + 6)).toBe('070701');
    const field = (index: number): number =>
      parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const nameEnd = at + 110 + field(11);
    const dataStart = Math.ceil(nameEnd / 4) * 4;
    entries.push({
      path: archive.toString('utf8', at + 110, nameEnd - 1),
      mode: field(1),
      device: [field(9), field(10)],
      data: archive.toString('utf8', dataStart, dataStart + field(6)),
    });
    at = Math.ceil((dataStart + field(6)) / 4) * 4;
  }
  return entries;
}

describe('writeCpio', () => {
  test('writes directories, files and devices, and ends with the trailer', () => {
    const archive = writeCpio([
      { type: 'directory', path: 'dev' },
      { type: 'character-device', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
      { type: 'file', path: 'init', mode: 0o755, data: Buffer.from('hello') },
    ]);
    expect(readCpio(archive)).toEqual([
      { path: 'dev', mode: 0o040_755, device: [0, 0], data: '' },
      { path: 'dev/console', mode: 0o020_600, device: [5, 1], data: '' },
      { path: 'init', mode: 0o100_755, device: [0, 0], data: 'hello' },
      { path: 'TRAILER!!!', mode: 0, device: [0, 0], data: '' },
    ]);
  });

  test('is a multiple of four bytes long whatever the lengths of names and files', () => {
    for (const length of [0, 1, 2, 3, 4]) {
      const archive = writeCpio([
        { type: 'file', path: 'a'.repeat(length + 1), mode: 0o644, data: Buffer.alloc(length) },
      ]);
      expect(archive.length % 4).toBe(0);
      expect(readCpio(archive)).toHaveLength(2);
    }
  });
});
