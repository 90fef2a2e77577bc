import { describe, expect, test } from '@jest/globals';
import { allAtOnce, machinesAt, weightsFor } from '#pipeline/rollout/strategy';
import { createRandomSource } from '#test/parity/protocols/random-value';
import { anEnvironment } from '#test/helpers/pipeline-fixtures';

const SEED = 20;
const green = { targetGroupArn: 'arn:tg/2' };
const blue = { targetGroupArn: 'arn:tg/1' };
const { rollout } = anEnvironment();

describe('weightsFor', () => {
  test(`R01 I3: weights are valid whatever is asked for (seed ${SEED})`, () => {
    const random = createRandomSource(SEED);
    for (let round = 0; round < 2000; round += 1) {
      const percent = (random() - 0.25) * 400;
      const weights = weightsFor(percent, green, round % 3 === 0 ? undefined : blue);
      const values = weights.map(({ weight }) => weight);
      expect(values.every((weight) => Number.isInteger(weight) && weight >= 0 && weight <= 999)).toBe(true);
      expect(values.reduce((sum, weight) => sum + weight, 0)).toBe(100);
      expect(weights.length).toBeLessThanOrEqual(5);
    }
  });

  test('green without blue has everything at once', () => {
    expect(weightsFor(10, green, undefined)).toEqual([{ ...green, weight: 100 }]);
  });
});

describe('machinesAt', () => {
  test(`I2: green always has at least its share of the fleet, and never more than the fleet (seed ${SEED})`, () => {
    const random = createRandomSource(SEED);
    for (let round = 0; round < 2000; round += 1) {
      const machines = 1 + Math.floor(random() * 50);
      const weight = 1 + Math.floor(random() * 100);
      const canaryMachines = 1 + Math.floor(random() * 60);
      const strategy = { ...rollout, canaryMachines, steps: [{ weight, pauseSeconds: 0 }] };
      const needed = machinesAt(strategy, 0, machines);
      expect(needed).toBeLessThanOrEqual(machines);
      expect(needed).toBeGreaterThanOrEqual(Math.ceil((machines * weight) / 100));
    }
  });

  test('without a canary the whole fleet is there from the first step', () => {
    expect(machinesAt({ ...rollout, steps: [{ weight: 10, pauseSeconds: 0 }] }, 0, 7)).toBe(7);
  });
});

describe('allAtOnce', () => {
  test('has one step, nothing to compare with and nothing that could stop the way back', () => {
    const judged = {
      ...rollout,
      judge: { baselineErrorRatio: 0, detectErrorRatio: 1 },
      canaryMachines: 1,
      alarms: { names: ['pager'], insufficientData: 'hold' },
    } as const;
    const strategy = allAtOnce(judged);
    expect(strategy.steps).toEqual([{ weight: 100, pauseSeconds: 0 }]);
    expect(strategy).not.toHaveProperty('judge');
    expect(strategy).not.toHaveProperty('canaryMachines');
    expect(strategy.alarms.names).toEqual([]);
  });
});
