import { describe, expect, test } from '@jest/globals';
import { newConsoleText } from '#cli/new-console-text';

describe('newConsoleText', () => {
  test('gives what was appended', () => {
    expect(newConsoleText('', 'one\ntwo\n')).toBe('one\ntwo\n');
    expect(newConsoleText('one\n', 'one\ntwo\n')).toBe('two\n');
    expect(newConsoleText('one\n', 'one\n')).toBe('');
  });

  test('gives what was appended when the beginning fell out of the window, with a line cut in two', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}\n`).join('');
    const window = `${lines.slice(lines.indexOf('ne 40'))}line 100\nline 101\n`;
    expect(newConsoleText(lines, window)).toBe('line 100\nline 101\n');
  });

  test('takes repeated lines for old ones', () => {
    expect(newConsoleText('tick\n'.repeat(50), 'ck\n' + 'tick\n'.repeat(49))).toBe('');
  });

  test('gives everything when nothing of what was there is left', () => {
    expect(newConsoleText('old\n', 'new\nother\n')).toBe('new\nother\n');
  });
});
