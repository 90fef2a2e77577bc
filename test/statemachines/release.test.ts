import { describe, expect, test } from '@jest/globals';
import { errorNamed } from '#test/helpers/error-named';
import { runStateMachine } from '#test/helpers/run-state-machine';
import type { TaskStub } from '#test/helpers/run-state-machine';

const MACHINE = 'statemachines/release.asl.yml';

const release = {
  releaseId: 'hello-1.0.0-0123456789abcdef',
  app: 'hello',
  version: '1.0.0',
  bucket: 'drops',
  key: 'apps/hello/1.0.0.zip',
  versionId: 'v1',
  droppedAt: '2026-01-01T00:00:00Z',
};
const image = { imageId: 'ami-1', digest: 'sha256:1' };
const evidence = { digest: 'sha256:1' };

const failing =
  (name: string, message?: string): TaskStub =>
  () => {
    throw errorNamed(name, message);
  };

const good: Readonly<Record<string, TaskStub>> = {
  ReceiveArtifact: () => ({ release }),
  BakeImage: () => ({ image }),
  SmokeTestImage: () => ({ evidence }),
  RegisterRelease: () => ({ environments: ['dev', 'prod'] }),
  RolloutEnvironment: () => ({ retired: null }),
  RejectRelease: ({ error, cause }: { error: string; cause: string }) => ({ reason: error, message: cause }),
};

const run = (tasks: Readonly<Record<string, TaskStub>> = {}) =>
  runStateMachine(MACHINE, { input: release, tasks: { ...good, ...tasks } });

describe('the release state machine', () => {
  test('rolls the same image out to one environment after the other', async () => {
    const rollouts: unknown[] = [];
    const result = await run({
      RolloutEnvironment: (input: { Input: unknown; Name: string }) => {
        rollouts.push([input.Name, input.Input]);
        return {};
      },
    });
    expect(result.status).toBe('SUCCEEDED');
    const { releaseId } = release;
    expect(rollouts).toEqual([
      ['test-dev', { app: 'hello', releaseId, environment: 'dev', trigger: 'drop' }],
      ['test-prod', { app: 'hello', releaseId, environment: 'prod', trigger: 'drop' }],
    ]);
  });

  test('a rollout has a name of its own, of at most 80 characters, whatever the environment is called', async () => {
    const names: string[] = [];
    const environments = ['dev', 'production-of-europe', 'production-of-africa'];
    const executionName = `${'a'.repeat(40)}-${'1'.repeat(22)}-0123456789abcdef`;
    await runStateMachine(MACHINE, {
      input: release,
      executionName,
      tasks: {
        ...good,
        RegisterRelease: () => ({ environments }),
        RolloutEnvironment: ({ Name }: { Name: string }) => {
          names.push(Name);
          return {};
        },
      },
    });
    expect(new Set(names).size).toBe(3);
    for (const name of names) {
      expect(name.length).toBeLessThanOrEqual(80);
      expect(name).toContain('0123456789abcdef');
    }
  });

  test('ends at once, and well, when the drop was delivered before', async () => {
    const result = await run({ ReceiveArtifact: failing('ReleaseAlreadyExists') });
    expect(result.statesVisited).toEqual(['ReceiveArtifact', 'AlreadyReleased']);
    expect(result.status).toBe('SUCCEEDED');
  });

  test.each(['ReceiveArtifact', 'BakeImage', 'SmokeTestImage', 'RegisterRelease', 'RolloutEnvironment'])(
    'records the reason and cleans up when %s fails',
    async (state) => {
      const rejected: unknown[] = [];
      const result = await run({
        [state]: failing('ArtifactRejected', 'it is no archive'),
        RejectRelease: (input) => {
          rejected.push(input);
          return { reason: 'ArtifactRejected', message: 'it is no archive' };
        },
      });
      expect(rejected).toMatchObject([{ release: { releaseId: release.releaseId } }]);
      expect(result).toMatchObject({
        status: 'FAILED',
        error: 'ArtifactRejected',
        cause: 'it is no archive',
      });
    },
  );

  test('asks again for a rollout when nobody answered whether it was started', async () => {
    const names: string[] = [];
    const result = await run({
      RolloutEnvironment: ({ Name }: { Name: string }) => {
        names.push(Name);
        const trouble = ['StepFunctions.AWSStepFunctionsException', 'StepFunctions.SdkClientException'];
        const name = trouble[names.length - 1];
        if (name !== undefined) throw errorNamed(name);
        return {};
      },
    });
    expect(result.status).toBe('SUCCEEDED');
    expect(names).toEqual(['test-dev', 'test-dev', 'test-dev', 'test-prod']);
  });

  test('neither asks again for a rollout that failed nor goes to the next environment', async () => {
    let rollouts = 0;
    const result = await run({
      RolloutEnvironment: () => {
        rollouts += 1;
        throw errorNamed('States.TaskFailed');
      },
    });
    expect([rollouts, result.status]).toEqual([1, 'FAILED']);
  });

  test('tries a function again that Lambda could not run', async () => {
    let tries = 0;
    const result = await run({
      BakeImage: () => {
        tries += 1;
        if (tries === 1) throw errorNamed('Lambda.TooManyRequestsException');
        return { image };
      },
    });
    expect([tries, result.status]).toEqual([2, 'SUCCEEDED']);
  });

  test('does not bake an artifact again that was refused', async () => {
    let tries = 0;
    await run({
      BakeImage: () => {
        tries += 1;
        throw errorNamed('ArtifactRejected');
      },
    });
    expect(tries).toBe(1);
  });
});
