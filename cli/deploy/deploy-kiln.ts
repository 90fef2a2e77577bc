import type { LocalBase } from '#bakery/base/ensure-base';
import type { Connection } from '../connection.ts';
import { withStep } from '../output.ts';
import type { Output } from '../output.ts';
import { readStack } from '../stack.ts';
import type { Stack } from '../stack.ts';
import { deployStack } from './deploy-stack.ts';
import type { StackParameters } from './deploy-stack.ts';
import { findDefaultNetwork } from './network.ts';
import { packageStack } from './package-stack.ts';
import { publishBase } from './publish-base.ts';

/** Packages the stack, deploys it and publishes the base machine, each with its progress; `signal` breaks off. */
export const deployKiln = async (
  base: LocalBase,
  parameters: StackParameters,
  deps: { readonly connection: Connection; readonly output: Output; readonly signal?: AbortSignal },
): Promise<Stack> => {
  const { connection, output, signal } = deps;
  const stackPackage = await withStep(output, 'package', async () => {
    const made = await packageStack(signal);
    return [made, `serverless.yml ${made.digest}`];
  });
  await withStep(output, 'deploy', async () => {
    const network = await findDefaultNetwork(connection.ec2);
    const placement = { VpcId: network.vpcId, SubnetIds: network.subnetIds.join(',') };
    await deployStack(stackPackage, { ...placement, ...parameters }, connection, signal);
    return [undefined, `${network.subnetIds.length} zones`];
  });
  const stack = await readStack(connection.cloudFormation);
  await withStep(output, 'publish base', async () => {
    const uploaded = await publishBase(base, stack.bucket, connection, signal);
    return [undefined, uploaded ? `${base.manifest.blocks.length} blocks` : 'there already'];
  });
  return stack;
};
