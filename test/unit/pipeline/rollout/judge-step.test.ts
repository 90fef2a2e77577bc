import { beforeEach, describe, expect, test } from '@jest/globals';
import type { EnvironmentRecord, Rollout } from '#pipeline/model';
import { judgeStep } from '#pipeline/rollout/judge-step';
import { aRule } from '#test/helpers/fake-traffic';
import { aDeployment, aLease, aRecord, aRollout, DEV, targetGroupOf } from '#test/helpers/pipeline-fixtures';
import { rolloutWorld } from '#test/helpers/rollout-world';

let world: ReturnType<typeof rolloutWorld>;

const strategy = {
  ...aRollout().strategy,
  steps: [10, 50, 100].map((weight) => ({ weight, pauseSeconds: 0 })),
  judge: { baselineErrorRatio: 0.001, detectErrorRatio: 0.05 },
};

const atStep = (step: number, more: Partial<Rollout> = {}): Rollout => ({
  ...aRollout(2, { strategy, step }),
  shiftedAt: world.clock.now().toISOString(),
  stepStartedAt: world.clock.now().toISOString(),
  stepCounts: { green: { requests: 0, errors: 0 }, blue: { requests: 0, errors: 0 } },
  ...more,
});

/** What green and blue have answered since the rollout began. */
const answered = (green: readonly [number, number], blue: readonly [number, number] = [10_000, 0]): void => {
  world.requests.set(targetGroupOf(2), { requests: green[0], errors: green[1] });
  world.requests.set(targetGroupOf(1), { requests: blue[0], errors: blue[1] });
};

const weigh = (green: number): void => {
  const weights = { [targetGroupOf(1)]: 100 - green, [targetGroupOf(2)]: green };
  world.traffic.rules = world.traffic.rules.filter(({ RuleArn }) => RuleArn !== 'arn:rule/app');
  world.traffic.rules.push(aRule('arn:rule/app', 49_999, weights));
};

const judgeAt = (step: number, more: Partial<Rollout> = {}) =>
  judgeStep({ rollout: atStep(step, more) }, world.deps);

/** Calls the step until it is decided, as its state does. */
const untilDecided = async (rollout: Rollout): Promise<Awaited<ReturnType<typeof judgeStep>>> => {
  for (let calls = 0; calls < 1000; calls += 1) {
    try {
      return await judgeStep({ rollout }, world.deps);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'StepUndecided') throw error;
    }
  }
  throw new Error('never decided');
};

const progress = () => (world.documents.all.get(DEV) as EnvironmentRecord).progress;

beforeEach(() => {
  world = rolloutWorld();
  world.launch(1);
  world.launch(2);
  weigh(10);
  world.documents.all.set(DEV, aRecord({ current: aDeployment(1), lease: aLease(2) }));
});

describe('judgeStep', () => {
  test('lets the next step come when green has proven itself', async () => {
    answered([500, 0]);
    expect(await judgeAt(0)).toMatchObject({ more: true, rollout: { step: 1 } });
  });

  test('the last step is the end', async () => {
    weigh(100);
    answered([500, 0]);
    expect(await judgeAt(2)).toMatchObject({ more: false });
  });

  test.each([
    ['1 %, where 1 % is to be caught', 0.01, { baselineErrorRatio: 0.0001, detectErrorRatio: 0.01 }, 2000],
    ['5 %', 0.05, strategy.judge, 400],
    ['all', 1, strategy.judge, 20],
  ])('R09: fails green with errors: %s', async (_what, ratio, judge, requests) => {
    answered([requests, Math.ceil(requests * ratio)]);
    const rollout = atStep(0, { strategy: { ...strategy, judge } });
    await expect(judgeStep({ rollout }, world.deps)).rejects.toMatchObject({
      name: 'StepJudgedBad',
      message: expect.stringContaining('at 10 % of the traffic'),
    });
  });

  test('R10: no traffic at all is never a pass: holds, says so, and gives up at the deadline', async () => {
    const rollout = atStep(0);
    await expect(judgeStep({ rollout }, world.deps)).rejects.toMatchObject({ name: 'StepUndecided' });
    expect(progress()).toMatchObject({
      phase: 'holding',
      note: expect.stringContaining('no requests'),
      missingRequests: 95,
    });
    await expect(untilDecided(rollout)).rejects.toMatchObject({
      name: 'StepInconclusive',
      message: expect.stringContaining('within 600 s'),
    });
  });

  test('R10: figures that come late are waited for', async () => {
    const rollout = atStep(0);
    await expect(judgeStep({ rollout }, world.deps)).rejects.toMatchObject({ name: 'StepUndecided' });
    answered([500, 0]);
    expect(await judgeStep({ rollout }, world.deps)).toMatchObject({ more: true });
  });

  test('R11: holds while both fail alike, and says so', async () => {
    answered([400, 80], [4000, 800]);
    await expect(judgeAt(0)).rejects.toMatchObject({ name: 'StepUndecided' });
    expect(progress()?.note).toContain('both fail alike');
    expect(world.announced).toEqual(['rollout.holding']);
  });

  test('judges only what was answered in this step', async () => {
    weigh(50);
    answered([1000, 50]);
    const stepCounts = { green: { requests: 500, errors: 50 }, blue: { requests: 5000, errors: 0 } };
    expect(await judgeAt(1, { stepCounts })).toMatchObject({ more: true });
  });

  test('the next step begins with the figures with which this one ended', async () => {
    answered([500, 1]);
    const { rollout } = await judgeAt(0);
    expect(rollout.stepCounts).toEqual({
      green: { requests: 500, errors: 1 },
      blue: { requests: 10_000, errors: 0 },
    });
  });

  test('R04: obeys within a second, also between two looks', async () => {
    const rollout = atStep(0);
    const startedAt = world.clock.now().getTime();
    const delay = async (milliseconds: number): Promise<void> => {
      await world.clock.delay(milliseconds);
      if (world.clock.waited() < 10_000) return;
      const lease = aLease(2, { abort: { by: 'ann', at: '' } });
      world.documents.all.set(DEV, aRecord({ current: aDeployment(1), lease }));
    };
    const deps = { ...world.deps, clock: { ...world.clock, delay } };
    await expect(judgeStep({ rollout }, deps)).rejects.toMatchObject({ name: 'RolloutAborted' });
    expect(world.clock.now().getTime() - startedAt).toBeLessThanOrEqual(11_000);
  });

  test('waits at least for the pause', async () => {
    answered([500, 0]);
    const steps = [
      { weight: 10, pauseSeconds: 300 },
      { weight: 100, pauseSeconds: 0 },
    ];
    const rollout = atStep(0, { strategy: { ...strategy, steps } });
    const before = world.clock.waited();
    await untilDecided(rollout);
    expect(world.clock.waited() - before).toBeGreaterThanOrEqual(300_000);
  });

  test("R14: an operator's edit of the weights holds the rollout until it is put back", async () => {
    answered([500, 0]);
    weigh(30);
    const rollout = atStep(0);
    await expect(judgeStep({ rollout }, world.deps)).rejects.toMatchObject({
      name: 'StepUndecided',
      message: expect.stringContaining('was changed by someone else'),
    });
    expect(world.changes).toEqual([]);
    weigh(10);
    expect(await judgeStep({ rollout }, world.deps)).toMatchObject({ more: true });
  });

  test('R17: an alarm that goes on fails the step', async () => {
    answered([500, 0]);
    world.alarms.set('latency', 'ALARM');
    const alarms = { names: ['latency'], insufficientData: 'hold' } as const;
    const rollout = atStep(0, { strategy: { ...strategy, alarms } });
    await expect(judgeStep({ rollout }, world.deps)).rejects.toMatchObject({ name: 'AlarmActive' });
  });

  test.each([
    ['hold', 'StepUndecided'],
    ['ignore', undefined],
  ] as const)('R18: an alarm without data: %s', async (insufficientData, error) => {
    answered([500, 0]);
    world.alarms.set('latency', 'INSUFFICIENT_DATA');
    const alarms = { names: ['latency'], insufficientData };
    const judged = judgeStep({ rollout: atStep(0, { strategy: { ...strategy, alarms } }) }, world.deps);
    if (error === undefined) expect(await judged).toMatchObject({ more: true });
    else await expect(judged).rejects.toMatchObject({ name: error });
  });

  test('fails at once when no machine of green is healthy any more', async () => {
    answered([500, 0]);
    world.traffic.health.set(targetGroupOf(2), ['unhealthy', 'unhealthy']);
    await expect(judgeAt(0)).rejects.toMatchObject({ name: 'StepJudgedBad' });
  });

  test('holds while some of them are not', async () => {
    answered([500, 0]);
    world.traffic.health.set(targetGroupOf(2), ['healthy', 'unhealthy']);
    await expect(judgeAt(0)).rejects.toMatchObject({ message: expect.stringContaining('1 of 2') });
  });

  test('R04: ends within a look once somebody wants the rollout undone', async () => {
    const lease = aLease(2, { abort: { by: 'ann', at: '' } });
    world.documents.all.set(DEV, aRecord({ current: aDeployment(1), lease }));
    await expect(judgeAt(0)).rejects.toMatchObject({ name: 'RolloutAborted' });
    expect(world.clock.waited()).toBe(0);
  });
});
