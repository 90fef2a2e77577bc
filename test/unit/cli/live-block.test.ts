import { describe, expect, test } from '@jest/globals';
import { createJsonLines, createLiveBlock } from '#cli/live-block';

const recordingStream = (isTTY: boolean) => {
  const written: string[] = [];
  return {
    written,
    isTTY,
    columns: 10,
    write: (text: string | Uint8Array) => {
      written.push(String(text));
      return true;
    },
  };
};

describe('createLiveBlock', () => {
  test('draws over what it drew on a terminal, within its width', () => {
    const stream = recordingStream(true);
    const block = createLiveBlock(stream);
    block.update('one\ntwo');
    block.update('a line that is long');
    expect(stream.written).toEqual(['one\ntwo\n', '\u001B[2A\r\u001B[Ja line th\n']);
  });

  test('writes each change once elsewhere, without control characters', () => {
    const stream = recordingStream(false);
    const block = createLiveBlock(stream);
    for (const text of ['one\ntwo', 'one\ntwo', 'a line that is long']) block.update(text);
    expect(stream.written).toEqual(['one\ntwo\n', '\na line that is long\n']);
  });
});

describe('createLiveBlock with a topic', () => {
  test('leaves out elsewhere what only has other figures', () => {
    const stream = recordingStream(false);
    const block = createLiveBlock(stream);
    block.update('for 4 s', 'judging');
    block.update('for 5 s', 'judging');
    block.update('for 6 s', 'holding');
    expect(stream.written).toEqual(['for 4 s\n', '\nfor 6 s\n']);
  });
});

describe('createJsonLines', () => {
  test('writes a line per change', () => {
    const stream = recordingStream(true);
    const lines = createJsonLines(stream);
    for (const text of ['[1]', '[1]', '[2]']) lines.update(text);
    expect(stream.written).toEqual(['[1]\n', '[2]\n']);
  });
});
