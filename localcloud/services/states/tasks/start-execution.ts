import * as StepFunctions from '@aws-sdk/client-sfn';
import type { CloudContext } from '../../../cloud-context.ts';
import { AwsError } from '../../../errors.ts';
import type { Call } from '../../../service.ts';
import { ExecutionHalted } from '../../../states-language/abort-reasons.ts';
import { StatesFailure } from '../../../states-language/failure.ts';
import type { Json, JsonObject } from '../../../states-language/json.ts';
import { isObject } from '../../../states-language/json.ts';
import type { TaskCall } from '../../../states-language/ports.ts';
import { httpMetadata } from './http-metadata.ts';
import { optimisedFailure } from './service-failure.ts';
import type { CallingExecution, TaskContext } from './task-context.ts';
import { roleCall } from './task-context.ts';

const names = { prefix: 'StepFunctions', service: 'AWSStepFunctions', module: StepFunctions };

const text = (value: Json | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? {});

const executionArn = (machineArn: string, name: string): string =>
  `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;

/** `states:startExecution`: starts a machine; repeated after a crash, it finds the execution that it started before. */
export const startExecution = async (
  { context, executions }: TaskContext,
  execution: CallingExecution,
  call: TaskCall,
): Promise<Json> => {
  const args: JsonObject = isObject(call.arguments) ? call.arguments : {};
  const stateMachineArn = text(args['StateMachineArn']);
  const name = args['Name'] === undefined ? call.idempotencyKey : text(args['Name']);
  const input = text(args['Input']);
  const details = roleCall(context, execution, call);
  const answer = (arn: string, startedAt: number): Json => {
    const body = { ExecutionArn: arn, StartDate: startedAt };
    return { ...body, ...httpMetadata(details.requestId, body, context.clock.now()) };
  };
  try {
    const started = await context.peers.states.StartExecution({ stateMachineArn, name, input }, details);
    return answer(started.executionArn ?? '', started.startDate?.getTime() ?? context.clock.now());
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ExecutionAlreadyExists') {
      const earlier = executions.find(executionArn(stateMachineArn, name));
      const isOurs =
        earlier !== undefined && earlier.startedAt >= call.scheduledAt && earlier.input === input;
      if (isOurs) return answer(earlier.arn, earlier.startedAt);
    }
    throw optimisedFailure(names, error, details.requestId);
  }
};

const describe = (output: StepFunctions.DescribeExecutionOutput, parsed: boolean): JsonObject => {
  const data = (value: string | undefined): Json =>
    value === undefined ? null : parsed ? (JSON.parse(value) as Json) : value;
  const result: Record<string, Json | undefined> = {
    ExecutionArn: output.executionArn,
    Input: data(output.input),
    InputDetails: { Included: true },
    Name: output.name,
    Output: output.output === undefined ? undefined : data(output.output),
    OutputDetails: output.output === undefined ? undefined : { Included: true },
    RedriveCount: output.redriveCount,
    RedriveStatus: output.redriveStatus,
    RedriveStatusReason: output.redriveStatusReason,
    StartDate: output.startDate?.getTime(),
    StateMachineArn: output.stateMachineArn,
    Status: output.status,
    StopDate: output.stopDate?.getTime(),
    Error: output.error,
    Cause: output.cause,
  };
  return JSON.parse(JSON.stringify(result)) as JsonObject;
};

const ASK_AGAIN_MILLISECONDS = 1000;

const isPassing = (error: unknown): boolean =>
  error instanceof AwsError && (error.status >= 500 || error.code === 'ThrottlingException');

/**
 * How the execution ended. AWS waits for its event and polls besides
 * (https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html); what a question does that
 * fails is not documented, and taken here for one that the next poll repeats.
 */
const describeEnded = async (
  executionArn: string,
  context: CloudContext,
  details: Call,
): Promise<StepFunctions.DescribeExecutionOutput> => {
  for (;;) {
    try {
      return await context.peers.states.DescribeExecution({ executionArn }, details);
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    await context.clock.delay(ASK_AGAIN_MILLISECONDS, details.signal);
  }
};

/** `.sync` and `.sync:2`: waits for the started execution; stops it when it is not waited for any more. */
export const executionCompletion = async (
  { context, ended }: TaskContext,
  execution: CallingExecution,
  call: TaskCall,
  submitted: Json,
): Promise<Json> => {
  const arn = isObject(submitted) ? text(submitted['ExecutionArn']) : '';
  const details = roleCall(context, execution, call);
  const stop = (): void => {
    if (call.signal.reason instanceof ExecutionHalted) return;
    context.peers.states.StopExecution({ executionArn: arn }, details).catch((error: unknown) => {
      context.log('warn', 'a nested execution could not be stopped', {
        execution: arn,
        error: String(error),
      });
    });
  };
  call.signal.addEventListener('abort', stop, { once: true });
  try {
    await ended(arn);
    if (call.signal.aborted) throw new StatesFailure('States.Timeout', undefined);
    const output = await describeEnded(arn, context, details);
    const result = describe(output, call.resource.pattern === 'sync:2');
    if (output.status !== 'SUCCEEDED') throw new StatesFailure('States.TaskFailed', JSON.stringify(result));
    return result;
  } catch (error) {
    throw optimisedFailure(names, error, details.requestId);
  } finally {
    call.signal.removeEventListener('abort', stop);
  }
};
