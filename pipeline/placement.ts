/** Where machines run. */
export interface Placement {
  readonly vpcId: string;
  /** In at least two zones. */
  readonly subnetIds: readonly string[];
  readonly securityGroupId: string;
}
