import { CloudFormationServiceException, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { CloudFormationClient, Stack as StackDescription } from '@aws-sdk/client-cloudformation';
import { createDocumentStore } from '#pipeline/documents/document-store';
import type { DeployedEnvironment } from '#pipeline/environments/environment';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import type { EnvironmentsDocument } from '#pipeline/environments/read-environments';
import type { Connection } from './connection.ts';
import { isUnreachable, localEndpoint, usesAccount } from './connection.ts';
import { UserError } from './user-error.ts';

/** Name of Kiln's stack, as `serverless.yml` has it. */
export const STACK_NAME = 'kiln';

/** What commands need to know of the deployed stack. */
export interface Stack {
  readonly bucket: string;
  readonly eventBusName: string;
  readonly releaseStateMachineArn: string;
  readonly rolloutStateMachineArn: string;
  readonly rollbackStateMachineArn: string;
  readonly recycleStateMachineArn: string;
  readonly killStateMachineArn: string;
  readonly switchEnvironmentFunctionName: string;
  /** Where Slack sends what people click. */
  readonly slackInteractionUrl: string;
  /** Where events go that nothing took. */
  readonly deadLetterQueueUrl: string;
  /** In the order in which a release goes through them; at least one. */
  readonly environments: readonly [DeployedEnvironment, ...DeployedEnvironment[]];
}

/** The outputs of the stack's template. */
export type StackOutputs = Omit<Stack, 'environments'>;

/** The stack as CloudFormation describes it; undefined when it does not exist. */
export const describeStack = async (
  cloudFormation: CloudFormationClient,
): Promise<StackDescription | undefined> => {
  try {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: STACK_NAME }));
    return Stacks[0];
  } catch (error) {
    const missing =
      error instanceof CloudFormationServiceException && error.message.includes('does not exist');
    if (missing) return undefined;
    throw error;
  }
};

const readOutput = (stack: StackDescription, key: string): string => {
  const value = stack.Outputs?.find((output) => output.OutputKey === key)?.OutputValue;
  if (value === undefined) throw new UserError(`stack '${STACK_NAME}' has no output '${key}'`, 'kiln up');
  return value;
};

/** Reads what the template says of the stack. @throws UserError for an output that an older template did not have */
export const readOutputs = (stack: StackDescription): StackOutputs => ({
  bucket: readOutput(stack, 'BucketName'),
  eventBusName: readOutput(stack, 'EventBusName'),
  releaseStateMachineArn: readOutput(stack, 'ReleaseStateMachineArn'),
  rolloutStateMachineArn: readOutput(stack, 'RolloutStateMachineArn'),
  rollbackStateMachineArn: readOutput(stack, 'RollbackStateMachineArn'),
  recycleStateMachineArn: readOutput(stack, 'RecycleStateMachineArn'),
  killStateMachineArn: readOutput(stack, 'KillStateMachineArn'),
  switchEnvironmentFunctionName: readOutput(stack, 'SwitchEnvironmentFunctionName'),
  slackInteractionUrl: readOutput(stack, 'SlackInteractionUrl'),
  deadLetterQueueUrl: readOutput(stack, 'DeadLetterQueueUrl'),
});

/** The command that deploys: into the account, or into a local cloud. */
const deployCommand = (): string => (usesAccount() ? 'kiln deploy' : 'npm start');

/** The stack with its environments. @throws UserError when there is none: the deployment was cut off before it wrote them */
export const withEnvironments = (
  outputs: StackOutputs,
  environments: readonly DeployedEnvironment[] = [],
): Stack => {
  const [first, ...others] = environments;
  if (first === undefined)
    throw new UserError(`stack '${STACK_NAME}' has no environments yet`, deployCommand());
  return { ...outputs, environments: [first, ...others] };
};

const firstLine = (error: unknown): string => String(error).split('\n')[0] ?? '';

/**
 * Reads the stack: its outputs, and its environments from the bucket.
 * @throws UserError when no cloud answers or nothing is deployed
 */
export const readStack = async ({
  cloudFormation,
  s3,
}: Pick<Connection, 'cloudFormation' | 's3'>): Promise<Stack> => {
  const stack = await describeStack(cloudFormation).catch((error: unknown) => {
    if (error instanceof CloudFormationServiceException || isUnreachable(error) || usesAccount()) throw error;
    throw new UserError(
      `what answers at ${localEndpoint()} does not speak as a cloud does: ${firstLine(error)}`,
      'npm start -- --port <another>, and KILN_ENDPOINT=http://127.0.0.1:<another> for this command',
      { cause: error },
    );
  });
  if (stack === undefined) throw new UserError(`stack '${STACK_NAME}' is not deployed`, deployCommand());
  const outputs = readOutputs(stack);
  const documents = createDocumentStore(s3, outputs.bucket);
  const document = await documents.read<EnvironmentsDocument>(ENVIRONMENTS_KEY);
  return withEnvironments(outputs, document?.environments);
};
