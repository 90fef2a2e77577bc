import { describe, expect, test } from '@jest/globals';
import { errorNamed } from '#test/helpers/error-named';
import { runStateMachine } from '#test/helpers/run-state-machine';

describe('the retirement state machine', () => {
  test.each(['TargetsStillDraining', 'GroupStillThere', 'RolloutInProgress', 'ServiceUnavailable'])(
    'goes on until nothing is left: %s',
    async (error) => {
      let tries = 0;
      const result = await runStateMachine('statemachines/retirement.asl.yml', {
        input: { app: 'hello', environment: 'dev', deployment: {}, at: '2026-01-01T00:00:00Z' },
        tasks: {
          RetireDeployment: () => {
            tries += 1;
            if (tries < 10) throw errorNamed(error);
            return { retired: true };
          },
        },
      });
      expect([tries, result.status]).toEqual([10, 'SUCCEEDED']);
    },
  );
});
