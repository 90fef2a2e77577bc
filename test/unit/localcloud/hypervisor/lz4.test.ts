import { describe, expect, test } from '@jest/globals';
import { decompressLz4Block, decompressLz4Legacy } from '#localcloud/hypervisor/lz4';
import { lz4Legacy } from './lz4-frame.ts';

const decompress = (hex: string, bytes: number): string => {
  const output = Buffer.alloc(bytes);
  const end = decompressLz4Block(Buffer.from(hex, 'hex'), output, 0);
  return output.toString('latin1', 0, end);
};
const hexOf = (text: string): string => Buffer.from(text, 'latin1').toString('hex');

describe('an LZ4 block', () => {
  test.each([
    ['nothing but literals', `30${hexOf('abc')}`, 'abc'],
    ['a match apart from itself', `40${hexOf('abcd')}040010${hexOf('e')}`, 'abcdabcde'],
    ['a match that repeats itself', `12${hexOf('a')}010010${hexOf('b')}`, 'aaaaaaab'],
    ['a match of two bytes, repeated', `25${hexOf('ab')}020010${hexOf('c')}`, 'abababababac'],
    ['a long run of literals', `f005${hexOf('x'.repeat(20))}`, 'x'.repeat(20)],
    ['a length of exactly fifteen', `f000${hexOf('y'.repeat(15))}`, 'y'.repeat(15)],
    ['a long match', `1f${hexOf('z')}0100ff0010${hexOf('!')}`, `${'z'.repeat(1 + 15 + 255 + 4)}!`],
    ['nothing', '', ''],
  ])('gives %s', (_, hex, text) => {
    expect(decompress(hex, 400)).toBe(text);
  });

  test.each([
    ['ends within its literals', `50${hexOf('abc')}`, 'ends within 5 literals'],
    ['ends within a length', 'f0ff', 'ends within a sequence'],
    ['ends within a distance', `10${hexOf('a')}01`, 'ends within a sequence'],
    ['ends within the length of a match', `1f${hexOf('a')}0100`, 'ends within a sequence'],
    ['reaches before its start', `10${hexOf('a')}0200`, 'reaches 2 bytes back, of 1'],
    ['reaches nowhere', `10${hexOf('a')}0000`, 'reaches 0 bytes back'],
  ])('is refused when it %s', (_, hex, message) => {
    expect(() => decompress(hex, 400)).toThrow(message);
  });

  test('is refused when it gives more than was announced, in literals or in a match', () => {
    expect(() => decompress(`30${hexOf('abc')}`, 2)).toThrow('more than the 2 bytes');
    expect(() => decompress(`1f${hexOf('z')}0100ff0010${hexOf('!')}`, 200)).toThrow(
      'more than the 200 bytes',
    );
  });
});

describe('a legacy LZ4 frame', () => {
  const frame = lz4Legacy(Buffer.from('hello'));

  test('gives its blocks one after the other, each for itself', () => {
    const two = Buffer.concat([frame, lz4Legacy(Buffer.from(', world')).subarray(4)]);
    expect(decompressLz4Legacy(two, 12).toString()).toBe('hello, world');
    const reachesBack = Buffer.concat([frame, Buffer.from('0400000000030000', 'hex')]);
    expect(() => decompressLz4Legacy(reachesBack, 12)).toThrow('reaches 3 bytes back, of 0');
  });

  test('is refused when it is cut short, or gives less than was announced', () => {
    expect(() => decompressLz4Legacy(frame.subarray(0, -1), 5)).toThrow('ends within a block');
    expect(() => decompressLz4Legacy(frame.subarray(0, 6), 5)).toThrow('within the size of a block');
    expect(() => decompressLz4Legacy(frame, 6)).toThrow('gave 5 bytes, announced were 6');
  });
});
