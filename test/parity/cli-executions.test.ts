import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Connection } from '#cli/connection';
import { createOutput } from '#cli/output';
import { readStates } from '#cli/progress/read-states';
import { watchRelease } from '#cli/progress/watch-release';
import { watchRollout } from '#cli/progress/watch-rollout';
import type { RolloutToWatch } from '#cli/progress/watch-rollout';
import { startExecution } from '#cli/rollouts/start-execution';
import { systemClock } from '#pipeline/clock';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import type { EnvironmentStatus } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import { environmentKey } from '#pipeline/rollout/environment-record';
import {
  anEnvironment,
  aServingRecord,
  aTestedRelease,
  minutesAgo,
  releaseIdOf,
} from '#test/helpers/cli-fixtures';
import { memoryDocuments } from '#test/helpers/memory-documents';
import { poll } from '#test/helpers/poll';
import { startStatesWorld } from '#test/helpers/states-world';
import type { StatesWorld } from '#test/helpers/states-world';

const approval = { approvers: 1, users: [], requesterMayApprove: true, expiryMinutes: 60 };
const tokens: string[] = [];
let world: StatesWorld;
let rolloutMachine: string;

beforeAll(async () => {
  world = await startStatesWorld({ asks: (payload: { token: string }) => tokens.push(payload.token) });
  rolloutMachine = await world.machine('rollout', {
    PlanRollout: { Type: 'Pass', Next: 'NeedsApproval' },
    NeedsApproval: {
      Type: 'Choice',
      Choices: [
        { Condition: "{% $states.input.environment = 'prod' %}", Next: 'RequestApproval' },
        { Condition: "{% $states.input.environment = 'bad' %}", Next: 'RolledBack' },
      ],
      Default: 'FinishRollout',
    },
    RequestApproval: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: 'asks', Payload: { token: '{% $states.context.Task.Token %}' } },
      Next: 'FinishRollout',
    },
    FinishRollout: { Type: 'Pass', Next: 'Tidy' },
    Tidy: { Type: 'Wait', Seconds: 60, Next: 'RolledOut' },
    RolledOut: { Type: 'Succeed' },
    RolledBack: { Type: 'Fail', Error: 'StepJudgedBad', Cause: '9 of 95 requests failed' },
  });
});
afterAll(() => world.stop());

const depsOf = (documents = memoryDocuments()) => ({
  connection: { states: world.sfn } as Connection,
  documents,
  clock: systemClock,
  output: createOutput(true),
  signal: AbortSignal.timeout(20_000),
});

const promote = async (environment: string): Promise<RolloutToWatch> => {
  const releaseId = releaseIdOf(2);
  const executionArn = await startExecution(
    {
      stateMachineArn: rolloutMachine,
      kind: 'promotion',
      input: { app: 'hello', environment, releaseId, trigger: 'promotion' },
    },
    { states: world.sfn },
  );
  return { executionArn, app: 'hello', environment, releaseId };
};

describe('watchRollout', () => {
  test('ends when the release serves, before the tidying up does', async () => {
    expect(await watchRollout(await promote('dev'), depsOf())).toEqual({ kind: 'live' });
  });

  test('gives the reason of a rollout that was rolled back', async () => {
    expect(await watchRollout(await promote('bad'), depsOf())).toEqual({
      kind: 'ended',
      reason: 'StepJudgedBad',
      message: '9 of 95 requests failed',
    });
  });

  test('ends at the approval, and goes on once that very one was given', async () => {
    const asked = tokens.length;
    const rollout = await promote('prod');
    expect(await watchRollout(rollout, depsOf())).toEqual({ kind: 'awaiting-approval' });
    const pendingApproval = { approvalId: 'new', releaseId: rollout.releaseId, droppedAt: '', key: 'k' };
    const documents = memoryDocuments({
      [environmentKey('prod', 'hello')]: aServingRecord({ pendingApproval }),
    });
    expect(await watchRollout({ ...rollout, approvedId: 'old' }, depsOf(documents))).toEqual({
      kind: 'awaiting-approval',
    });
    const watched = watchRollout({ ...rollout, approvedId: 'new' }, depsOf(documents));
    const taskToken = await poll(
      () => tokens[asked],
      5000,
      () => 'no token was handed out',
    );
    await world.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
    expect(await watched).toEqual({ kind: 'live' });
  });
});

describe('watchRelease', () => {
  test('ends with the environment that awaits approval, having seen the earlier one serve', async () => {
    const release = aTestedRelease(2);
    const releaseMachine = await world.machine('release', {
      BakeImage: { Type: 'Pass', Next: 'RolloutEnvironments' },
      RolloutEnvironments: {
        Type: 'Map',
        Items: ['dev', 'prod'],
        MaxConcurrency: 1,
        ItemSelector: { environment: '{% $states.context.Map.Item.Value %}' },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Enter',
          States: {
            Enter: {
              Type: 'Task',
              Resource: 'arn:aws:states:::states:startExecution.sync:2',
              Arguments: {
                StateMachineArn: await world.machine('quick-rollout', {
                  FinishRollout: { Type: 'Pass', Next: 'NeedsApproval' },
                  NeedsApproval: {
                    Type: 'Choice',
                    Choices: [
                      { Condition: "{% $states.input.environment = 'prod' %}", Next: 'RequestApproval' },
                    ],
                    Default: 'RolledOut',
                  },
                  RequestApproval: { Type: 'Wait', Seconds: 60, Next: 'RolledOut' },
                  RolledOut: { Type: 'Succeed' },
                }),
                Input: '{% $states.input %}',
              },
              End: true,
            },
          },
        },
        End: true,
      },
    });
    const statuses: Record<string, EnvironmentStatus> = { dev: 'live', prod: 'awaiting-approval' };
    const environments = Object.fromEntries(
      Object.entries(statuses).map(([name, status]) => [name, { status, at: minutesAgo(1) }]),
    );
    const documents = memoryDocuments({
      [ENVIRONMENTS_KEY]: { environments: [anEnvironment('dev'), anEnvironment('prod', approval)] },
      [releaseKey(release)]: { ...release, status: 'awaiting-approval', environments },
    });
    const arn = await world.start(releaseMachine, {}, release.releaseId);
    const stack = { releaseStateMachineArn: releaseMachine };
    const watched = await watchRelease(release, { ...depsOf(documents), stack });
    expect(watched.outcome).toEqual({ kind: 'awaiting-approval', environment: 'prod' });
    const found = await readStates(arn, world.sfn);
    expect(found?.states.map(({ state, environment = '' }) => `${environment} ${state}`.trim())).toEqual([
      'BakeImage',
      'dev FinishRollout',
      'prod FinishRollout',
      'prod RequestApproval',
    ]);
  });
});
