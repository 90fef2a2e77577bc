import * as SFN from '@aws-sdk/client-sfn';
import type { CloudContext } from '../../cloud-context.ts';
import { defineService, type Service } from '../../service.ts';
import { validateStateMachineDefinition } from './definitions.ts';
import type { StatesDeps } from './deps.ts';
import { createExecutionRunner } from './execution-runner.ts';
import { openExecutionStore } from './execution-store.ts';
import {
  describeExecution,
  forgetOldExecutions,
  listExecutions,
  startExecution,
  stopExecution,
} from './executions.ts';
import { getExecutionHistory } from './history.ts';
import { openStateMachineStore } from './state-machine-store.ts';
import * as machines from './state-machines.ts';
import { openJournalStore } from './stored-journal.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';
import { sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess } from './task-callbacks.ts';
import { openTaskTokens } from './task-tokens.ts';

const createDeps = (context: CloudContext): StatesDeps => {
  const parts = {
    context,
    executions: openExecutionStore(context.store.database),
    machines: openStateMachineStore(context.store),
    journals: openJournalStore(context.store),
    tokens: openTaskTokens(context),
  };
  return { ...parts, runner: createExecutionRunner(parts) };
};

/** Step Functions: standard workflows in JSONata, durable over restarts. */
export const createStates = (context: CloudContext): Service => {
  const deps = createDeps(context);
  const machine = (input: { stateMachineArn?: string | undefined }): string[] => [
    input.stateMachineArn ?? '',
  ];
  const execution = (input: { executionArn?: string | undefined }): string[] => [input.executionArn ?? ''];
  const tagged = (input: { resourceArn?: string | undefined }): string[] => [input.resourceArn ?? ''];

  return defineService(SFN, {
    name: 'states',
    signingName: 'states',
    protocol: 'json-1.0',
    target: 'AWSStepFunctions',
    version: '2016-11-23',
  })(
    {
      CreateStateMachine: (input) => machines.createStateMachine(deps, input),
      UpdateStateMachine: (input) => machines.updateStateMachine(deps, input),
      DescribeStateMachine: (input) => machines.describeStateMachine(deps, input),
      DescribeStateMachineForExecution: (input) => machines.describeStateMachineForExecution(deps, input),
      DeleteStateMachine: (input) => machines.deleteStateMachine(deps, input),
      ListStateMachines: (input) => machines.listStateMachines(deps, input),
      ValidateStateMachineDefinition: (input) => validateStateMachineDefinition(input),
      StartExecution: (input) => startExecution(deps, input),
      DescribeExecution: (input) => describeExecution(deps, input),
      ListExecutions: (input) => listExecutions(deps, input),
      StopExecution: (input) => stopExecution(deps, input),
      GetExecutionHistory: (input) => getExecutionHistory(deps, input),
      SendTaskSuccess: (input) => sendTaskSuccess(deps, input),
      SendTaskFailure: (input) => sendTaskFailure(deps, input),
      SendTaskHeartbeat: (input) => sendTaskHeartbeat(deps, input),
      TagResource: (input) => tagResource(deps, input),
      UntagResource: (input) => untagResource(deps, input),
      ListTagsForResource: (input) => listTagsForResource(deps, input),
    },
    {
      resources: {
        CreateStateMachine: (input) => [
          `arn:aws:states:${context.region}:${context.accountId}:stateMachine:${input.name ?? ''}`,
        ],
        UpdateStateMachine: machine,
        DescribeStateMachine: machine,
        DeleteStateMachine: machine,
        StartExecution: machine,
        ListExecutions: machine,
        DescribeStateMachineForExecution: execution,
        DescribeExecution: execution,
        StopExecution: execution,
        GetExecutionHistory: execution,
        TagResource: tagged,
        UntagResource: tagged,
        ListTagsForResource: tagged,
      },
      lifecycle: {
        start: async () => {
          forgetOldExecutions(deps);
          deps.runner.resumeAll();
        },
        stop: () => deps.runner.halt(),
      },
    },
  );
};
