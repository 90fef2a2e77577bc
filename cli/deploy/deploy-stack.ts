import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CloudFormationServiceException,
  CreateStackCommand,
  DescribeStackEventsCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import type { Parameter } from '@aws-sdk/client-cloudformation';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { poll, systemClock } from '#pipeline/clock';
import type { Connection } from '../connection.ts';
import { describeStack, STACK_NAME } from '../stack.ts';
import type { StackPackage } from './package-stack.ts';

const CAPABILITIES = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'] as const;
const DEPLOY_TIMEOUT_MILLISECONDS = 900_000;

/** Values of the template's parameters. */
export type StackParameters = Readonly<Record<string, string>>;

const toParameters = (parameters: StackParameters): Parameter[] =>
  Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));

const explain = async (connection: Connection): Promise<string> => {
  const { StackEvents = [] } = await connection.cloudFormation.send(
    new DescribeStackEventsCommand({ StackName: STACK_NAME }),
  );
  const failed = StackEvents.toReversed().find((event) => event.ResourceStatus?.endsWith('_FAILED') === true);
  return failed === undefined
    ? 'no event says why'
    : `${failed.LogicalResourceId} (${failed.ResourceType}): ${failed.ResourceStatusReason}`;
};

const waitUntilDeployed = async (connection: Connection, signal?: AbortSignal): Promise<void> => {
  const status = await poll(
    systemClock,
    { intervalMilliseconds: 100, timeoutMilliseconds: DEPLOY_TIMEOUT_MILLISECONDS },
    async () => {
      signal?.throwIfAborted();
      const stack = await describeStack(connection.cloudFormation);
      return stack?.StackStatus?.endsWith('IN_PROGRESS') === true
        ? undefined
        : (stack?.StackStatus ?? 'gone');
    },
  );
  if (status !== 'CREATE_COMPLETE' && status !== 'UPDATE_COMPLETE') {
    throw new Error(
      `stack '${STACK_NAME}' ended as ${status ?? 'still in progress'}: ${await explain(connection)}`,
    );
  }
};

const FIRST_TEMPLATE = 'cloudformation-template-create-stack.json';
const TEMPLATE = 'cloudformation-template-update-stack.json';

interface PackageState {
  readonly package: { readonly artifactDirectoryName: string };
}

/** Uploads the functions and the template; gives the template's URL, since CloudFormation takes 51,200 bytes inline. */
const uploadPackage = async (
  stackPackage: StackPackage,
  bucket: string,
  connection: Connection,
): Promise<string> => {
  const stateFile = await readFile(join(stackPackage.directory, 'serverless-state.json'), 'utf8');
  const folder = (JSON.parse(stateFile) as PackageState).package.artifactDirectoryName;
  const files = (await readdir(stackPackage.directory)).filter(
    (name) => name.endsWith('.zip') || name === TEMPLATE,
  );
  for (const file of files) {
    const Body = await readFile(join(stackPackage.directory, file));
    await connection.s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${folder}/${file}`, Body }));
  }
  const s3 = connection.config.endpoint ?? 'https://s3.amazonaws.com';
  return `${s3}/${bucket}/${folder}/${TEMPLATE}`;
};

const update = async (
  templateUrl: string,
  parameters: StackParameters,
  connection: Connection,
): Promise<void> => {
  try {
    await connection.cloudFormation.send(
      new UpdateStackCommand({
        StackName: STACK_NAME,
        TemplateURL: templateUrl,
        Capabilities: [...CAPABILITIES],
        Parameters: toParameters(parameters),
      }),
    );
  } catch (error) {
    const same =
      error instanceof CloudFormationServiceException && error.message.includes('No updates are to be');
    if (!same) throw error;
  }
};

/**
 * Deploys the packaged template as `osls deploy` does: a first stack holds the bucket for the functions' code, the
 * second update brings everything else. `signal` stops waiting for either. @throws Error with the resource that failed and why
 */
export const deployStack = async (
  stackPackage: StackPackage,
  parameters: StackParameters,
  connection: Connection,
  signal?: AbortSignal,
): Promise<void> => {
  if ((await describeStack(connection.cloudFormation)) === undefined) {
    await connection.cloudFormation.send(
      new CreateStackCommand({
        StackName: STACK_NAME,
        TemplateBody: await readFile(join(stackPackage.directory, FIRST_TEMPLATE), 'utf8'),
        Capabilities: [...CAPABILITIES],
      }),
    );
  }
  await waitUntilDeployed(connection, signal);
  const stack = await describeStack(connection.cloudFormation);
  const bucket = stack?.Outputs?.find(
    (output) => output.OutputKey === 'ServerlessDeploymentBucketName',
  )?.OutputValue;
  if (bucket === undefined) throw new Error(`stack '${STACK_NAME}' has no bucket for the functions' code`);
  await update(await uploadPackage(stackPackage, bucket, connection), parameters, connection);
  await waitUntilDeployed(connection, signal);
};
