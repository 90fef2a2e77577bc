import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { createLiveLine } from '#cli/live-line';

const recordingStream = (isTTY: boolean, columns = 40) => {
  const written: string[] = [];
  return {
    written,
    isTTY,
    columns,
    write: (text: string | Uint8Array) => {
      written.push(String(text));
      return true;
    },
  };
};

describe('createLiveLine', () => {
  test('writes a line for each detail and end where there is no terminal, without control characters', () => {
    const stream = recordingStream(false);
    const step = createLiveLine(stream).step('base machine');
    step.detail('building: packages');
    step.done('node24', 12.34);
    expect(stream.written).toEqual([
      expect.stringMatching(/^ {2}· base machine +0\.0 s {2}building: packages\n$/),
      '  ✓ base machine               12.3 s  node24\n',
    ]);
  });

  test('writes figures of the same topic seldom where there is no terminal, and forgets what is left', () => {
    const stream = recordingStream(false);
    const step = createLiveLine(stream).step('JudgeStep');
    step.detail('13 of 95', 'judging');
    step.detail('14 of 95', 'judging');
    step.detail('holds', 'holding');
    step.leave();
    step.done();
    expect(stream.written).toEqual([expect.stringContaining('13 of 95'), expect.stringContaining('holds')]);
  });

  test('keeps every line of a terminal within its width', () => {
    const stream = recordingStream(true);
    const step = createLiveLine(stream).step('deploy');
    step.detail('x'.repeat(200));
    step.done();
    const lines = stripVTControlCharacters(stream.written.join('')).split(/[\r\n]/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(stream.columns);
    expect(stream.written.join('')).toContain('✓');
  });

  test('writes other lines above the step that runs', () => {
    const stream = recordingStream(true);
    const live = createLiveLine(stream);
    const step = live.step('deploy');
    live.print('a warning');
    step.failed();
    const text = stripVTControlCharacters(stream.written.join(''));
    expect(text).toMatch(/deploy.*\ra warning\n\r.*deploy.*\r.*✗ deploy/s);
  });

  test('ends a step once', () => {
    const stream = recordingStream(false);
    const step = createLiveLine(stream).step('boot');
    step.done('answers', 1);
    step.failed();
    expect(stream.written).toHaveLength(1);
  });
});
