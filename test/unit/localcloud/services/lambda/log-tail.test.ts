import { describe, expect, test } from '@jest/globals';
import { logTail } from '#localcloud/services/lambda/log-tail';

describe('the tail of a log', () => {
  test('is everything while that is little', () => {
    const tail = logTail();
    tail.add('a');
    tail.add('b');
    expect(tail.text()).toBe('a\nb\n');
  });

  test('is the last 4 KiB of much, also of one long text', () => {
    const tail = logTail();
    for (let line = 0; line < 5000; line += 1) tail.add(`line ${line}`);
    expect(Buffer.byteLength(tail.text())).toBe(4096);
    expect(tail.text()).toMatch(/line 4999\n$/);
    tail.add('x'.repeat(10_000));
    expect(tail.text()).toBe(`${'x'.repeat(4095)}\n`);
  });
});
