import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createEvents } from '#localcloud/services/events/index';
import { createIam } from '#localcloud/services/iam/index';
import { createStates } from '#localcloud/services/states/index';
import { createFakeLambda } from '#test/helpers/fake-lambda';
import { poll } from '#test/helpers/poll';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';

const functionArn = 'arn:aws:lambda:eu-central-1:000000000000:function:echo';

let cloud: TestCloud;
let sfn: SFNClient;
let iam: IAMClient;

beforeAll(async () => {
  const lambda = createFakeLambda({ echo: (payload) => payload as unknown });
  cloud = await startTestCloud({ services: [createIam, lambda.factory, createStates, createEvents] });
  sfn = new SFNClient(cloud.clientConfig);
  iam = new IAMClient(cloud.clientConfig);
});

afterAll(async () => {
  sfn.destroy();
  iam.destroy();
  await cloud.stop();
});

const createRole = async (RoleName: string): Promise<string> => {
  const trust = { Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  return (await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))).Role?.Arn ?? '';
};

const allow = async (RoleName: string, Action: string | string[], Resource: string): Promise<void> => {
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action, Resource }],
  });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'tasks', PolicyDocument }));
};

const create = async (name: string, roleArn: string, task: object): Promise<string> => {
  const States = { Only: { Type: 'Task', End: true, ...task } };
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Only', States });
  return (await sfn.send(new CreateStateMachineCommand({ name, roleArn, definition }))).stateMachineArn ?? '';
};

const run = async (stateMachineArn: string): Promise<DescribeExecutionOutput> => {
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
  return poll(
    async () => {
      const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      return found.status === 'RUNNING' ? undefined : found;
    },
    5000,
    () => `${stateMachineArn} still runs`,
  );
};

describe('the role of a state machine', () => {
  test('must allow what the tasks call', async () => {
    const roleArn = await createRole('caller');
    const machine = await create('caller', roleArn, {
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: functionArn },
    });
    const refused = await run(machine);
    expect(refused).toMatchObject({ status: 'FAILED', error: 'Lambda.AWSLambdaException' });
    expect(refused.cause).toContain(
      `is not authorized to perform: lambda:InvokeFunction on resource: ${functionArn}`,
    );
    await allow('caller', 'lambda:InvokeFunction', functionArn);
    expect(await run(machine)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('must allow the managed rule by which AWS watches nested executions', async () => {
    const roleArn = await createRole('parent');
    const StateMachineArn = 'arn:aws:states:eu-central-1:000000000000:stateMachine:child';
    const nest = {
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn },
    };
    await expect(create('parent', roleArn, nest)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `'${roleArn}' is not authorized to create managed-rule.`,
    });
    const rule =
      'arn:aws:events:eu-central-1:000000000000:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule';
    await allow('parent', ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], rule);
    expect(await create('parent', roleArn, nest)).toContain(':stateMachine:parent');
  });
});
