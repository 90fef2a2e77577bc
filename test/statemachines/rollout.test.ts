import { describe, expect, test } from '@jest/globals';
import { runStateMachine } from '#test/helpers/run-state-machine';
import type { TaskStub } from '#test/helpers/run-state-machine';

const MACHINE = 'statemachines/rollout.asl.yml';

const release = { releaseId: 'hello-1.0.0-0123456789abcdef', app: 'hello' };
const rollout = { release, environment: 'dev', executionArn: 'arn', settleSeconds: 2 };
const input = { release, image: { imageId: 'ami-1' }, environment: 'dev' };

const errorNamed = (name: string): Error => Object.assign(new Error(name), { name });

const good: Readonly<Record<string, TaskStub>> = {
  StartRollout: () => ({ rollout }),
  WaitForHealthyTargets: () => ({ healthy: 2 }),
  ShiftTraffic: () => ({ rollout: { ...rollout, ruleArn: 'rule' } }),
  FinishRollout: () => ({}),
  DrainBlue: () => ({ drained: true }),
  RetireBlue: () => ({ retired: 'old' }),
  RollBack: ({ error }: { error: string }) => ({ reason: error, message: 'rolled back' }),
};

const run = (tasks: Readonly<Record<string, TaskStub>> = {}) =>
  runStateMachine(MACHINE, { input, tasks: { ...good, ...tasks } });

describe('the rollout state machine', () => {
  test('shifts traffic only after every target is healthy, and drains blue before it goes', async () => {
    let looks = 0;
    const result = await run({
      WaitForHealthyTargets: () => {
        looks += 1;
        if (looks < 5) throw errorNamed('TargetsNotHealthyYet');
        return { healthy: 2 };
      },
    });
    expect(looks).toBe(5);
    expect(result.statesVisited).toEqual([
      'StartRollout',
      'WaitForHealthyTargets',
      'ShiftTraffic',
      'SettleTraffic',
      'FinishRollout',
      'DrainBlue',
      'RetireBlue',
      'RolledOut',
    ]);
  });

  test('waits for the lease while another rollout runs', async () => {
    let tries = 0;
    const result = await run({
      StartRollout: () => {
        tries += 1;
        if (tries < 100) throw errorNamed('RolloutInProgress');
        return { rollout };
      },
    });
    expect([tries, result.status]).toEqual([100, 'SUCCEEDED']);
  });

  test.each(['StartRollout', 'WaitForHealthyTargets', 'ShiftTraffic', 'FinishRollout'])(
    'rolls back when %s fails',
    async (state) => {
      const rolledBack: unknown[] = [];
      const result = await run({
        [state]: () => {
          throw errorNamed('SomethingBroke');
        },
        RollBack: (given) => {
          rolledBack.push(given);
          return { reason: 'SomethingBroke', message: 'rolled back' };
        },
      });
      expect(rolledBack).toMatchObject([
        { rollout: { release, environment: 'dev' }, error: 'SomethingBroke' },
      ]);
      expect(result).toMatchObject({ status: 'FAILED', error: 'SomethingBroke' });
    },
  );

  test('gives up when targets never become healthy', async () => {
    const result = await run({
      WaitForHealthyTargets: () => {
        throw errorNamed('TargetsNotHealthyYet');
      },
    });
    expect(result.statesVisited.slice(-2)).toEqual(['RollBack', 'RolledBack']);
  });

  test.each(['DrainBlue', 'RetireBlue'])('keeps green when %s fails: it serves already', async (state) => {
    const result = await run({
      [state]: () => {
        throw errorNamed('SomethingBroke');
      },
    });
    expect(result.status).toBe('SUCCEEDED');
    expect(result.statesVisited).not.toContain('RollBack');
  });

  test('rolls back again until green is gone', async () => {
    let tries = 0;
    const result = await run({
      ShiftTraffic: () => {
        throw errorNamed('WeightsNotEffective');
      },
      RollBack: () => {
        tries += 1;
        if (tries < 10) throw errorNamed('GroupStillThere');
        return { reason: 'WeightsNotEffective', message: '' };
      },
    });
    expect([tries, result.status]).toEqual([10, 'FAILED']);
  });

  test('goes on where FinishRollout failed after green had become what serves', async () => {
    const result = await run({
      FinishRollout: () => {
        throw errorNamed('SomethingBroke');
      },
      RollBack: () => {
        throw errorNamed('ReleaseLive');
      },
    });
    expect(result.status).toBe('SUCCEEDED');
    expect(result.statesVisited.slice(-4)).toEqual(['RollBack', 'DrainBlue', 'RetireBlue', 'RolledOut']);
  });

  test.each(['TargetsStillDraining', 'GroupStillThere'])(
    'waits before it starts until what a killed rollout left is gone: %s',
    async (error) => {
      let tries = 0;
      const result = await run({
        StartRollout: () => {
          tries += 1;
          if (tries < 20) throw errorNamed(error);
          return { rollout };
        },
      });
      expect([tries, result.status]).toEqual([20, 'SUCCEEDED']);
    },
  );

  test('looks again when a target falls ill right before the shift', async () => {
    let tries = 0;
    const result = await run({
      ShiftTraffic: () => {
        tries += 1;
        if (tries < 3) throw errorNamed('TargetsNotHealthyYet');
        return { rollout: { ...rollout, ruleArn: 'rule' } };
      },
    });
    expect([tries, result.status]).toEqual([3, 'SUCCEEDED']);
  });
});
