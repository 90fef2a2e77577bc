import type { Placement } from './placement.ts';

/** The variables that the stack hands to its functions. */
export type ConfigName =
  | 'KILN_STACK'
  | 'KILN_BUCKET'
  | 'KILN_EVENT_BUS'
  | 'KILN_RELEASE_STATE_MACHINE_ARN'
  | 'KILN_RECYCLE_SCHEDULE'
  | 'KILN_VPC_ID'
  | 'KILN_SUBNET_IDS'
  | 'KILN_SECURITY_GROUP_ID';

/**
 * Reads the named variables from the environment.
 * @throws Error that names every missing one at once
 */
export const readConfig = <Name extends ConfigName>(
  names: readonly Name[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<Name, string> => {
  const missing = names.filter((name) => (environment[name] ?? '') === '');
  if (missing.length > 0) throw new Error(`missing configuration: ${missing.join(', ')} must be set`);
  return Object.fromEntries(names.map((name) => [name, environment[name]])) as Record<Name, string>;
};

/** Where machines run, as the stack says. */
export const readPlacement = (): Placement => {
  const config = readConfig(['KILN_VPC_ID', 'KILN_SUBNET_IDS', 'KILN_SECURITY_GROUP_ID']);
  return {
    vpcId: config.KILN_VPC_ID,
    subnetIds: config.KILN_SUBNET_IDS.split(','),
    securityGroupId: config.KILN_SECURITY_GROUP_ID,
  };
};
