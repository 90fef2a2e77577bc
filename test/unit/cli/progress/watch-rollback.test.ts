import { DescribeExecutionCommand, GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import type { Connection } from '#cli/connection';
import { createOutput } from '#cli/output';
import { watchRollback } from '#cli/progress/watch-rollback';
import type { RollbackPlan } from '#cli/progress/watch-rollback';
import type { EnvironmentRecord } from '#pipeline/model';
import { aServingDeployment, aServingRecord, minutesAgo, releaseIdOf } from '#test/helpers/cli-fixtures';
import { aRule, fakeTraffic } from '#test/helpers/fake-traffic';
import { instantClock } from '#test/helpers/instant-clock';
import { memoryDocuments } from '#test/helpers/memory-documents';

const states = mockClient(SFNClient);
afterEach(() => {
  states.reset();
});

const [old, young] = [aServingDeployment(1), aServingDeployment(2)];
const rollback = { executionArn: 'arn:rollback', app: 'hello', environment: 'prod' };

/** A rollback that has ended with `plan`; the rule has `weights` of the old and the young release. */
const world = (
  plan: RollbackPlan | undefined,
  record: EnvironmentRecord,
  weights: readonly [number, number],
) => {
  const traffic = fakeTraffic();
  const rule = aRule('arn:rule', 2000, {
    [old.targetGroupArn]: weights[0],
    [young.targetGroupArn]: weights[1],
  });
  traffic.rules.push(rule);
  const end = (
    plan === undefined
      ? {
          type: 'ExecutionFailed',
          executionFailedEventDetails: { error: 'NothingToRollBackTo', cause: 'it is the first release' },
        }
      : { type: 'ExecutionSucceeded' }
  ) as HistoryEvent;
  states.on(GetExecutionHistoryCommand).resolves({ events: [end] });
  states.on(DescribeExecutionCommand).resolves({ output: JSON.stringify(plan) });
  const connection = { balancing: traffic.client, states: new SFNClient({ region: 'r' }) } as Connection;
  const documents = memoryDocuments({ 'kiln/environments/prod/hello.json': record });
  const clock = instantClock();
  const { signal } = new AbortController();
  return { traffic, rule, deps: { connection, documents, clock, output: createOutput(true), signal } };
};

describe('watchRollback', () => {
  test('ends when what was warm has all of the traffic', async () => {
    const plan = { kind: 'flip', from: releaseIdOf(2), to: releaseIdOf(1) } as const;
    const warm = { deployment: young, until: minutesAgo(-5) };
    const { deps } = world(plan, aServingRecord({ current: old, warm }), [100, 0]);
    expect(await watchRollback(rollback, deps)).toEqual({ ...plan, version: '1.0.0' });
  });

  test('waits until the rollout that is undone has given the traffic back', async () => {
    const plan = { kind: 'abort', from: releaseIdOf(2), to: releaseIdOf(1) } as const;
    const { deps, rule } = world(plan, aServingRecord({ current: old }), [90, 10]);
    let looks = 0;
    const clock = {
      ...deps.clock,
      delay: (milliseconds: number) => {
        looks += 1;
        if (looks === 3) rule.Actions = aRule('', 1, { [old.targetGroupArn]: 100 }).Actions ?? [];
        return deps.clock.delay(milliseconds);
      },
    };
    expect(await watchRollback(rollback, { ...deps, clock })).toMatchObject({
      kind: 'abort',
      version: '1.0.0',
    });
    expect(looks).toBe(3);
  });

  test('says that it takes no effect where the weights never come', async () => {
    const plan = { kind: 'flip', to: releaseIdOf(1) } as const;
    const { deps } = world(plan, aServingRecord({ current: old }), [99, 1]);
    await expect(watchRollback(rollback, deps)).rejects.toThrow(
      `'${releaseIdOf(1)}' has not all of the traffic 300 s`,
    );
  });

  test('gives the reason of a rollback that is not possible', async () => {
    const { deps } = world(undefined, aServingRecord(), [100, 0]);
    await expect(watchRollback(rollback, deps)).rejects.toThrow(
      "'hello' in 'prod' was not rolled back (NothingToRollBackTo): it is the first release",
    );
  });
});
