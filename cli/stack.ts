import { CloudFormationServiceException, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { CloudFormationClient, Stack as StackDescription } from '@aws-sdk/client-cloudformation';
import { isUnreachable, localEndpoint, usesAccount } from './connection.ts';
import { UserError } from './user-error.ts';

/** Name of Kiln's stack, as `serverless.yml` has it. */
export const STACK_NAME = 'kiln';

/** What commands need to know of the deployed stack. */
export interface Stack {
  readonly bucket: string;
  readonly devUrl: string;
  readonly devListenerArn: string;
  readonly releaseStateMachineArn: string;
}

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

const firstLine = (error: unknown): string => String(error).split('\n')[0] ?? '';

/**
 * Reads the stack's outputs.
 * @throws UserError when no cloud answers or nothing is deployed
 */
export const readStack = async (cloudFormation: CloudFormationClient): Promise<Stack> => {
  const stack = await describeStack(cloudFormation).catch((error: unknown) => {
    if (error instanceof CloudFormationServiceException || isUnreachable(error) || usesAccount()) throw error;
    throw new UserError(
      `what answers at ${localEndpoint()} does not speak as a cloud does: ${firstLine(error)}`,
      'npm start -- --port <another>, and KILN_ENDPOINT=http://127.0.0.1:<another> for this command',
      { cause: error },
    );
  });
  if (stack === undefined)
    throw new UserError(`stack '${STACK_NAME}' is not deployed`, usesAccount() ? 'kiln deploy' : 'npm start');
  return {
    bucket: readOutput(stack, 'BucketName'),
    devUrl: readOutput(stack, 'DevUrl'),
    devListenerArn: readOutput(stack, 'DevListenerArn'),
    releaseStateMachineArn: readOutput(stack, 'ReleaseStateMachineArn'),
  };
};
