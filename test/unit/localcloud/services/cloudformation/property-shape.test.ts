import { describe, expect, test } from '@jest/globals';
import type { Shape } from '#localcloud/services/cloudformation/property-shape';
import { coerce } from '#localcloud/services/cloudformation/property-shape';

const shape: Shape = {
  Port: 'number',
  Name: 'string',
  On: 'boolean',
  List: [{ Key: 'string' }],
  Map: { '*': 'string' },
  Any: 'json',
};

describe('a property', () => {
  test('takes scalars in any spelling that CloudFormation takes', () => {
    expect(coerce(shape, { Port: '80', Name: 5, On: 'true', Map: { a: 1 }, List: { Key: 'k' } }, '')).toEqual(
      {
        Port: 80,
        Name: '5',
        On: true,
        Map: { a: '1' },
        List: [{ Key: 'k' }],
      },
    );
  });

  test('that is not resolved yet stays as it is', () => {
    const value = { Port: { Ref: 'P' }, List: { 'Fn::If': ['C', [], []] } };
    expect(coerce(shape, value, '')).toEqual(value);
  });

  test.each<[rule: string, value: object, message: string]>([
    ['is unknown', { Nme: 'x' }, 'unsupported property Nme (the local cloud knows Port, Name'],
    ['is unknown deep inside', { List: [{ Key: 'k', Valu: 1 }] }, 'unsupported property List[0].Valu'],
    ['is no number', { Port: 'http' }, 'property Port must be a number, got "http"'],
    ['is no object', { Map: 'x' }, 'property Map must be an object, got "x"'],
  ])('is refused when it %s', (_, value, message) => {
    expect(() => coerce(shape, value, '')).toThrow(message);
  });
});
