import { DescribeSubnetsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Environment } from '#pipeline/environments/environment';
import { UserError } from '../user-error.ts';

const MIN_ZONES = 2;

/** The network that the stack is deployed into. */
export interface Network {
  readonly vpcId: string;
  /** One subnet a zone. */
  readonly subnetIds: readonly string[];
  /** Names of these zones, `eu-central-1a`. */
  readonly zones: readonly string[];
}

/**
 * The account's default network: every account has one with a subnet in each zone unless it was removed.
 * @throws UserError when there is none, or fewer than two zones
 */
export const findDefaultNetwork = async (ec2: EC2Client): Promise<Network> => {
  const { Vpcs = [] } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
  );
  const vpcId = Vpcs[0]?.VpcId;
  if (vpcId === undefined)
    throw new UserError('the account has no default VPC', 'aws ec2 create-default-vpc');
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }),
  );
  const byZone = new Map(
    Subnets.map((subnet) => [subnet.AvailabilityZone ?? '', subnet.SubnetId ?? ''] as const),
  );
  if (byZone.size < MIN_ZONES) {
    throw new UserError(
      `VPC '${vpcId}' has subnets in ${byZone.size} zones, at least ${MIN_ZONES} are needed`,
      'aws ec2 create-default-subnet',
    );
  }
  const zones = [...byZone.keys()].toSorted();
  return { vpcId, subnetIds: zones.map((zone) => byZone.get(zone) ?? ''), zones };
};

/** Makes sure that the network has the zones that the environments want. @throws UserError */
export const checkZones = (
  environments: readonly Pick<Environment, 'name' | 'zones'>[],
  network: Network,
): void => {
  const letters = network.zones.map((zone) => zone.slice(-1));
  for (const { name, zones = [] } of environments) {
    const missing = zones.find((zone) => !letters.includes(zone));
    if (missing !== undefined) {
      throw new UserError(
        `environment '${name}' wants zone '${missing}', VPC '${network.vpcId}' has subnets in: ${network.zones.join(', ')}`,
        `zones: [${letters.join(', ')}] in the environments file, or a subnet in that zone`,
      );
    }
  }
};
