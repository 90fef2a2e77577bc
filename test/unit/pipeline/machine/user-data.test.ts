import { describe, expect, test } from '@jest/globals';
import { userData } from '#pipeline/machine/user-data';

const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

describe('userData', () => {
  test('writes one variable a line, in quotes that the machine takes off again', () => {
    expect(decode(userData({ KILN_ENV: 'dev', GREETING: 'grüß = dich' }))).toBe(
      'KILN_ENV="dev"\nGREETING="grüß = dich"\n',
    );
  });

  test.each([[' spaces '], ['"quoted"'], ["'single'"], ['"'], [''], ['# no comment']])(
    'keeps %j as it is',
    (value) => {
      const [, written = ''] = /^A=(.*)\n$/.exec(decode(userData({ A: value }))) ?? [];
      expect(written.trim().replace(/^"(.*)"$/, '$1')).toBe(value);
    },
  );

  test.each([['A B'], ['1A'], ['A='], ['']])('refuses %j as a name', (name) => {
    expect(() => userData({ [name]: 'x' })).toThrow('is no variable name');
  });

  test('refuses a value that would begin a second variable', () => {
    expect(() => userData({ A: 'x\nKILN_ENV=prod' })).toThrow('line break');
  });

  test('refuses more than EC2 takes', () => {
    expect(() => userData({ A: 'x'.repeat(16_380) })).toThrow('at most 16384');
    expect(() => userData({ A: 'x'.repeat(16_379) })).not.toThrow();
  });
});
