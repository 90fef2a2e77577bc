import { afterEach, expect, test } from '@jest/globals';
import { seededRandom, withSeed } from '#test/helpers/seeded-random';

afterEach(() => {
  delete process.env['KILN_SEED'];
});

const draw = (seed: number): readonly unknown[] => {
  const random = seededRandom(seed);
  return [
    random.uuid(),
    random.hex(17),
    random.between(1, 6),
    random.pick(['a', 'b', 'c']),
    random.chance(0.5),
    random.fraction(),
  ];
};

test('a seed gives the same draws again, and another seed others', () => {
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test('every number between two comes, and no other', () => {
  const random = seededRandom(1);
  const seen = new Set(Array.from({ length: 200 }, () => random.between(-1, 2)));
  expect([...seen].toSorted((left, right) => left - right)).toEqual([-1, 0, 1, 2]);
});

test('a failure tells the seed that shows it again', async () => {
  const drawn: number[] = [];
  const failing = withSeed((random) => {
    drawn.push(random.seed, random.fraction());
    throw new Error('broken');
  });
  const message = await failing.catch((error: Error) => error.message);
  expect(message).toBe(`KILN_SEED=${drawn[0]}: broken`);
  process.env['KILN_SEED'] = String(drawn[0]);
  await withSeed((random) => void drawn.push(random.seed, random.fraction()));
  expect(drawn.slice(2)).toEqual(drawn.slice(0, 2));
});
