import { describe, expect, test } from '@jest/globals';
import { errorNamed } from '#test/helpers/error-named';
import { neverFinishes, runStateMachine } from '#test/helpers/run-state-machine';
import type { TaskStub } from '#test/helpers/run-state-machine';

const MACHINE = 'statemachines/rollout.asl.yml';

const release = { releaseId: 'hello-1.0.0-0123456789abcdef', app: 'hello' };
const plan = { release, environment: 'dev', executionArn: 'arn' };
const rollout = { ...plan, strategy: { settleSeconds: 2 } };
const input = { app: 'hello', releaseId: release.releaseId, environment: 'dev', trigger: 'drop' };
const retirement = { app: 'hello', environment: 'dev', deployment: {}, at: '2026-01-01T00:00:00Z' };

const good: Readonly<Record<string, TaskStub>> = {
  PlanRollout: () => ({ plan }),
  StartRollout: () => ({ rollout }),
  WaitForHealthyTargets: () => ({ rollout }),
  ShiftTraffic: () => ({ rollout: { ...rollout, ruleArn: 'rule' } }),
  JudgeStep: () => ({ rollout, more: false }),
  FinishRollout: () => ({ retirement }),
  StartRetirement: () => ({}),
  RollBack: ({ error }: { error: string }) => ({ reason: error, message: 'rolled back' }),
};

const run = (tasks: Readonly<Record<string, TaskStub>> = {}) =>
  runStateMachine(MACHINE, { input, tasks: { ...good, ...tasks } });

/** The plan of an environment where people must approve. */
const approved = {
  PlanRollout: () => ({ plan: { ...plan, approval: { approvalId: 'a1', expirySeconds: 60 } } }),
};

describe('the rollout state machine', () => {
  test('shifts traffic only after every target is healthy, and blue goes on its own afterwards', async () => {
    let looks = 0;
    const result = await run({
      WaitForHealthyTargets: () => {
        looks += 1;
        if (looks < 5) throw errorNamed('TargetsNotHealthyYet');
        return { rollout };
      },
    });
    expect(looks).toBe(5);
    expect(result.statesVisited).toEqual([
      'PlanRollout',
      'NeedsApproval',
      'StartRollout',
      'WaitForHealthyTargets',
      'ShiftTraffic',
      'SettleTraffic',
      'JudgeStep',
      'IsFullyShifted',
      'FinishRollout',
      'HasBlue',
      'StartRetirement',
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

  test.each([
    'PlanRollout',
    'StartRollout',
    'WaitForHealthyTargets',
    'ShiftTraffic',
    'JudgeStep',
    'FinishRollout',
  ])('rolls back when %s fails', async (state) => {
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
      {
        app: 'hello',
        releaseId: release.releaseId,
        environment: 'dev',
        plan: state === 'PlanRollout' ? null : plan,
        error: 'SomethingBroke',
      },
    ]);
    expect(result).toMatchObject({ status: 'FAILED', error: 'SomethingBroke' });
  });

  test('gives up when targets never become healthy', async () => {
    const result = await run({
      WaitForHealthyTargets: () => {
        throw errorNamed('TargetsNotHealthyYet');
      },
    });
    expect(result.statesVisited.slice(-2)).toEqual(['RollBack', 'RolledBack']);
  });

  test.each(['StartRetirement'])('keeps green when %s fails: it serves already', async (state) => {
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
    let finishes = 0;
    const result = await run({
      FinishRollout: () => {
        finishes += 1;
        if (finishes <= 4) throw errorNamed('SomethingBroke');
        return { retirement };
      },
      RollBack: () => {
        throw errorNamed('ReleaseLive');
      },
    });
    expect(result.status).toBe('SUCCEEDED');
    expect(result.statesVisited.slice(-5)).toEqual([
      'RollBack',
      'FinishRollout',
      'HasBlue',
      'StartRetirement',
      'RolledOut',
    ]);
  });

  test('goes through every step, with green healthy before each', async () => {
    let step = 0;
    const result = await run({
      JudgeStep: () => {
        step += 1;
        return { rollout, more: step < 3 };
      },
    });
    const visits = (state: string): number => result.statesVisited.filter((name) => name === state).length;
    expect(['WaitForHealthyTargets', 'ShiftTraffic', 'SettleTraffic', 'JudgeStep'].map(visits)).toEqual([
      3, 3, 3, 3,
    ]);
    expect(visits('FinishRollout')).toBe(1);
  });

  test('asks again until a step is decided', async () => {
    let looks = 0;
    const result = await run({
      JudgeStep: () => {
        looks += 1;
        if (looks < 200) throw errorNamed('StepUndecided');
        return { rollout, more: false };
      },
    });
    expect([looks, result.status]).toEqual([200, 'SUCCEEDED']);
  });

  test('R04: a rollout that somebody wants undone is not tried to be finished again', async () => {
    let finishes = 0;
    const result = await run({
      FinishRollout: () => {
        finishes += 1;
        throw errorNamed('RolloutAborted');
      },
    });
    expect([finishes, result.error]).toEqual([1, 'RolloutAborted']);
  });

  test('a first release has no blue to go', async () => {
    const result = await run({ FinishRollout: () => ({ retirement: null }) });
    expect(result.statesVisited.slice(-2)).toEqual(['HasBlue', 'RolledOut']);
  });

  describe('where people must approve', () => {
    test('goes on when they have, and tells them who asks', async () => {
      const asked: unknown[] = [];
      const result = await run({
        ...approved,
        RequestApproval: (given) => {
          asked.push(given);
          return { approvedBy: ['ann'] };
        },
      });
      expect(result.status).toBe('SUCCEEDED');
      expect(asked).toMatchObject([
        {
          Entries: [
            {
              Source: 'kiln',
              DetailType: 'approval.requested',
              Detail: { approvalId: 'a1', app: 'hello', environment: 'dev', taskToken: expect.any(String) },
            },
          ],
        },
      ]);
    });

    test('nothing is made when they have not', async () => {
      const result = await run({
        ...approved,
        RequestApproval: () => {
          throw errorNamed('ApprovalRejected');
        },
      });
      expect(result.error).toBe('ApprovalRejected');
      expect(result.statesVisited).not.toContain('StartRollout');
    });

    test('A07: nothing is made when nobody has in time', async () => {
      const result = await run({ ...approved, RequestApproval: neverFinishes });
      expect(result.error).toBe('ApprovalExpired');
      expect(result.statesVisited).not.toContain('StartRollout');
    });

    test.each(['RequestApproval', 'StartRollout'])(
      'A08: asks anew when what they saw is no longer what would be rolled out: %s',
      async (state) => {
        let plans = 0;
        let changes = 0;
        const result = await run({
          RequestApproval: () => ({ approvedBy: ['ann'] }),
          PlanRollout: () => {
            plans += 1;
            return approved.PlanRollout();
          },
          [state]: () => {
            changes += 1;
            if (changes === 1) throw errorNamed('PlanChanged');
            return state === 'StartRollout' ? { rollout } : { approvedBy: ['ann'] };
          },
        });
        expect([plans, result.status]).toEqual([2, 'SUCCEEDED']);
      },
    );
  });

  test('waits as long as the environment is off', async () => {
    let tries = 0;
    const result = await run({
      StartRollout: () => {
        tries += 1;
        if (tries < 200) throw errorNamed('EnvironmentOff');
        return { rollout };
      },
    });
    expect([tries, result.status]).toEqual([200, 'SUCCEEDED']);
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
