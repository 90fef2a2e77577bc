import { describe, expect, test } from '@jest/globals';
import { count, portNumber } from '#cli/number-option';

describe('numbers as options', () => {
  test('takes a port', () => {
    expect(portNumber('8080')).toBe(8080);
  });

  test.each(['abc', '', '0', '65536', '80.5', '-1', '8e3', ' 80'])('refuses %j as a port', (text) => {
    expect(() => portNumber(text)).toThrow('from 1 to 65535');
  });

  test('takes nought as a count, and nothing that is no count', () => {
    expect(count('0')).toBe(0);
    expect(() => count('-1')).toThrow('0 or more');
  });
});
