import { describe, expect, test } from '@jest/globals';
import { createRandom } from '#localcloud/random';
import { systemClock } from '#localcloud/clock';
import { awsFunctions } from '#localcloud/states-language/aws-functions';
import { evaluateExpression, isExpression } from '#localcloud/states-language/expression';

const functions = awsFunctions({ ...systemClock, now: () => 42 }, createRandom());
const evaluate = (source: string, more: Record<string, unknown> = {}): Promise<unknown> =>
  evaluateExpression(source, { ...functions, ...more });

describe('an expression', () => {
  test('is what stands between {% and %}, with nothing around', () => {
    expect(isExpression('{% 1 %}')).toBe(true);
    expect(isExpression(' {% 1 %}')).toBe(false);
    expect(isExpression('a {% 1 %} b')).toBe(false);
    expect(isExpression('{%}')).toBe(false);
  });

  test('yields plain JSON, without the marks that JSONata leaves on its arrays', async () => {
    const result = await evaluate('$items.n', { items: [{ n: 1 }, { n: 2 }] });
    expect(Object.getOwnPropertyNames(result)).toEqual(['0', '1', 'length']);
  });

  test('yields undefined for what is no JSON', async () => {
    expect(await evaluate('$nothing')).toBeUndefined();
    expect(await evaluate('function($x) { $x }')).toBeUndefined();
  });

  test('is ended when it does not end', async () => {
    await expect(evaluate('( $f := function($n) { 1 + $f($n + 1) }; $f(0) )')).rejects.toMatchObject({
      code: 'D1011',
    });
  });
});

describe('the functions of Step Functions', () => {
  test.each([
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$range(0, 10, 5)', [0, 5, 10]],
    ['$range(3, 1, -1)', [3, 2, 1]],
    ['$hash("a", "SHA-256")', 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
    ['$parse("{\\"a\\":[1]}")', { a: [1] }],
    ['$random(7) = $random(7)', true],
    ['$millis()', 42],
    ['$match($uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4/).index', 0],
  ])('%s', async (source, expected) => {
    expect(await evaluate(source)).toEqual(expected);
  });

  test.each(['$eval("1")', '$range(0, 5000, 1)', '$partition(1, 2)', '$hash("a", "CRC")', '$parse("{")'])(
    '%s fails',
    async (source) => {
      await expect(evaluate(source)).rejects.toThrow();
    },
  );
});
