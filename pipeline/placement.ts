/** Where machines run and through what they are reached. */
export interface Placement {
  readonly vpcId: string;
  /** In at least two zones. */
  readonly subnetIds: readonly string[];
  readonly securityGroupId: string;
  readonly listenerArn: string;
  /** The balancer's own address, for example `http://kiln-1.eu-central-1.elb.amazonaws.com:80`. */
  readonly listenerUrl: string;
}
