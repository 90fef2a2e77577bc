import type { HistoryEvent } from '@aws-sdk/client-sfn';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { createEvents } from '#localcloud/services/events/index';
import { createStates } from '#localcloud/services/states/index';
import type { FakeFunction, FakeLambda } from './fake-lambda.ts';
import { createFakeLambda } from './fake-lambda.ts';
import { poll } from './poll.ts';
import type { TestCloud } from './start-test-cloud.ts';
import { startTestCloud } from './start-test-cloud.ts';

/** The role of the machines in these tests. */
export const machineRole = 'arn:aws:iam::000000000000:role/machine';

/** A local cloud with Step Functions, EventBridge and the functions of a test, and clients for it. */
export interface StatesWorld {
  readonly test: TestCloud;
  readonly sfn: SFNClient;
  readonly events: EventBridgeClient;
  readonly lambda: FakeLambda;
  /** Creates a JSONata machine of these states, starting with the first; gives its ARN. */
  machine(name: string, states: object, more?: object): Promise<string>;
  start(stateMachineArn: string, input?: unknown, name?: string): Promise<string>;
  /** Waits for the end. */
  ended(executionArn: string): Promise<DescribeExecutionOutput>;
  run(states: object, input?: unknown): Promise<DescribeExecutionOutput>;
  history(executionArn: string): Promise<HistoryEvent[]>;
  stop(): Promise<void>;
}

let counter = 0;

/** Starts the world; end it with `stop()`. */
export const startStatesWorld = async (
  functions: Readonly<Record<string, FakeFunction>> = {},
  stateDir?: string,
): Promise<StatesWorld> => {
  const lambda = createFakeLambda(functions);
  const test = await startTestCloud({
    services: [lambda.factory, createStates, createEvents],
    enforcePermissions: false,
    log: () => undefined,
    ...(stateDir === undefined ? {} : { stateDir }),
  });
  const sfn = new SFNClient(test.clientConfig);
  const events = new EventBridgeClient(test.clientConfig);
  const world: StatesWorld = {
    test,
    sfn,
    events,
    lambda,
    machine: async (name, states, more = {}) => {
      const definition = {
        QueryLanguage: 'JSONata',
        StartAt: Object.keys(states)[0],
        States: states,
        ...more,
      };
      const created = await sfn.send(
        new CreateStateMachineCommand({ name, roleArn: machineRole, definition: JSON.stringify(definition) }),
      );
      return created.stateMachineArn ?? '';
    },
    start: async (stateMachineArn, input = {}, name) => {
      const started = await sfn.send(
        new StartExecutionCommand({
          stateMachineArn,
          input: JSON.stringify(input),
          ...(name ? { name } : {}),
        }),
      );
      return started.executionArn ?? '';
    },
    ended: (executionArn) =>
      poll(
        async () => {
          const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
          return found.status === 'RUNNING' ? undefined : found;
        },
        10_000,
        () => `${executionArn} still runs`,
      ),
    run: async (states, input) => {
      counter += 1;
      return world.ended(await world.start(await world.machine(`machine-${counter}`, states), input));
    },
    history: async (executionArn) =>
      (await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }))).events ?? [],
    stop: async () => {
      sfn.destroy();
      events.destroy();
      await test.stop();
    },
  };
  return world;
};

/** A Task that invokes a function with the state's input as payload, or with what is given. */
export const invoke = (
  FunctionName: string,
  more: object = {},
  Payload: unknown = '{% $states.input %}',
): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName, Payload },
  Output: '{% $states.result.Payload %}',
  ...more,
});
