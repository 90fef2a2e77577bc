import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { watchDrill } from '#cli/chaos/watch-drill';
import type { Connection } from '#cli/connection';
import { createOutput } from '#cli/output';
import { killMachine } from '#pipeline/chaos/kill-machine';
import { waitForRecovery } from '#pipeline/chaos/wait-for-recovery';
import { chaosWorld } from '#test/helpers/chaos-world';

const entered = (name: string): HistoryEvent => ({
  id: 1,
  timestamp: new Date(0),
  type: 'TaskStateEntered',
  stateEnteredEventDetails: { name },
});

const failed = (error: string, cause: string): HistoryEvent => ({
  id: 2,
  timestamp: new Date(0),
  type: 'ExecutionFailed',
  executionFailedEventDetails: { error, cause },
});

const succeeded: HistoryEvent = { id: 3, timestamp: new Date(0), type: 'ExecutionSucceeded' };

/** A drill whose execution has this history. */
const watching = (...events: readonly HistoryEvent[]) => {
  const world = chaosWorld();
  world.serve('hello', 4);
  const { current } = world.record();
  if (current === undefined) throw new Error('nothing serves');
  const request = world.drill();
  const states = mockClient(world.deps.states);
  states.on(GetExecutionHistoryCommand).resolves({ events: [...events] });
  const controller = new AbortController();
  const deps = {
    connection: world.deps as unknown as Connection,
    documents: world.documents,
    clock: world.deps.clock,
    output: createOutput(true),
    signal: controller.signal,
    seen: () => undefined,
  };
  const drill = { executionArn: request.executionArn, app: 'hello', environment: 'dev', current };
  return { world, request, states, deps, drill, controller };
};

describe('following a drill', () => {
  test('gives the machines that it killed, with the time of their recovery, and no others', async () => {
    const { world, request, states, deps, drill } = watching();
    // The world's own answers to DescribeExecution are gone with the mock; nobody else holds anything here.
    const { kill } = await killMachine(request, world.deps);
    world.replace('hello');
    world.advance(10_000);
    await waitForRecovery({ kill }, world.deps);
    states.on(GetExecutionHistoryCommand).resolves({ events: [entered('KillMachine'), succeeded] });
    expect(await watchDrill(drill, deps)).toMatchObject([
      { instanceId: kill.instanceIds[0], recoverySeconds: 10, executionArn: request.executionArn },
    ]);
  });

  test('goes on while the group is not whole', async () => {
    const { states, deps, drill } = watching(entered('WaitForRecovery'));
    let looks = 0;
    const clock = {
      ...deps.clock,
      delay: () => {
        looks += 1;
        if (looks === 3) states.on(GetExecutionHistoryCommand).resolves({ events: [succeeded] });
        return Promise.resolve();
      },
    };
    expect(await watchDrill(drill, { ...deps, clock })).toEqual([]);
    expect(looks).toBe(3);
  });

  test('says why a drill was refused, in the words of the refusal', async () => {
    const { deps, drill } = watching(
      failed('ChaosRefused', "no machine of 'hello' in 'dev' is killed: an outage"),
    );
    await expect(watchDrill(drill, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: "no machine of 'hello' in 'dev' is killed: an outage",
    });
  });

  test('says that a group did not recover', async () => {
    const { deps, drill } = watching(failed('GroupNotWhole', '3 of 4 machines healthy'));
    await expect(watchDrill(drill, deps)).rejects.toThrow('GroupNotWhole');
  });

  test('ends when the user wants it to', async () => {
    const { deps, drill, controller } = watching(entered('WaitForRecovery'));
    controller.abort(new Error('interrupted'));
    await expect(watchDrill(drill, deps)).rejects.toThrow('interrupted');
  });
});
