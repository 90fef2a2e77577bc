import type { LocalBase } from '#bakery/base/ensure-base';
import { systemClock } from '#pipeline/clock';
import { createDocumentStore } from '#pipeline/documents/document-store';
import type { Environment } from '#pipeline/environments/environment';
import type { EnvironmentRecord } from '#pipeline/model';
import type { Connection } from '../connection.ts';
import type { EnvironmentsFile } from '../environments-file.ts';
import { listDocuments } from '../list-documents.ts';
import type { ListenerPorts } from '../listener-ports.ts';
import { withStep } from '../output.ts';
import type { Output } from '../output.ts';
import { describeStack, readOutputs, STACK_NAME, withEnvironments } from '../stack.ts';
import type { Stack } from '../stack.ts';
import { deployStack } from './deploy-stack.ts';
import { keepServing } from './keep-serving.ts';
import { portParameter } from './environments-template.ts';
import { checkZones, findDefaultNetwork } from './network.ts';
import type { Network } from './network.ts';
import { packageStack } from './package-stack.ts';
import type { StackPackage } from './package-stack.ts';
import { publishBase } from './publish-base.ts';
import { publishEnvironments } from './publish-environments.ts';
import { recycleParameters, shortGraces } from './recycle-schedule.ts';

interface DeployDeps {
  readonly connection: Connection;
  readonly output: Output;
  readonly signal?: AbortSignal;
}

/** What is to be deployed, and on which ports the environments answer. */
export interface KilnDeployment {
  readonly file: EnvironmentsFile;
  readonly ports: ListenerPorts;
  /** How often machines that are too old are looked for; absent: as the template has it. */
  readonly recycleEveryMinutes?: number | undefined;
}

const checkRemoval = async (environments: readonly Environment[], connection: Connection): Promise<void> => {
  const description = await describeStack(connection.cloudFormation);
  const bucket = description?.Outputs?.find(({ OutputKey }) => OutputKey === 'BucketName')?.OutputValue;
  if (bucket === undefined) return;
  const documents = createDocumentStore(connection.s3, bucket);
  const listRecords = (prefix: string): Promise<EnvironmentRecord[]> =>
    listDocuments<EnvironmentRecord>(prefix, { connection, stack: { bucket }, documents });
  await keepServing(environments, { documents, listRecords });
};

const deploy = async (
  stackPackage: StackPackage,
  network: Network,
  { file, ports, recycleEveryMinutes }: KilnDeployment,
  { connection, signal }: DeployDeps,
): Promise<[result: Stack, text: string]> => {
  const parameters = {
    VpcId: network.vpcId,
    SubnetIds: network.subnetIds.join(','),
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [portParameter(name), String(port)])),
    ...recycleParameters(recycleEveryMinutes),
  };
  await deployStack(stackPackage, parameters, connection, signal);
  const description = await describeStack(connection.cloudFormation);
  if (description === undefined) throw new Error(`stack '${STACK_NAME}' is gone right after its deployment`);
  const outputs = readOutputs(description);
  const documents = createDocumentStore(connection.s3, outputs.bucket);
  const environments = await publishEnvironments(file.environments, description.Outputs ?? [], {
    documents,
    clock: systemClock,
  });
  const names = environments.map(({ name }) => name).join(', ');
  return [withEnvironments(outputs, environments), `${names} in ${network.subnetIds.length} zones`];
};

/**
 * Packages the stack, deploys it with its environments and publishes the base machine, each with its progress; `signal`
 * breaks off. @throws UserError before anything is changed, for a zone that is not there or an environment that is left out
 * and serves
 */
export const deployKiln = async (
  base: LocalBase,
  deployment: KilnDeployment,
  deps: DeployDeps,
): Promise<Stack> => {
  const { connection, output, signal } = deps;
  const { environments } = deployment.file;
  const network = await findDefaultNetwork(connection.ec2);
  checkZones(environments, network);
  await checkRemoval(environments, connection);
  for (const warning of shortGraces(environments, deployment.recycleEveryMinutes)) output.warning(warning);
  const stackPackage = await withStep(output, 'package', async () => {
    const made = await packageStack(deployment.file, signal);
    return [made, `serverless.yml ${made.digest}`];
  });
  const stack = await withStep(output, 'deploy', () => deploy(stackPackage, network, deployment, deps));
  await withStep(output, 'publish base', async () => {
    const uploaded = await publishBase(base, stack.bucket, connection, signal);
    return [undefined, uploaded ? `${base.manifest.blocks.length} blocks` : 'there already'];
  });
  return stack;
};
