import type { DescribeAccountLimitsCommandOutput } from '@aws-sdk/client-elastic-load-balancing-v2';

// Default quotas (User Guide, "Quotas for your Application Load Balancers").
const LIMITS: Readonly<Record<string, number>> = {
  'application-load-balancers': 50,
  'target-groups': 3_000,
  'targets-per-application-load-balancer': 1_000,
  'listeners-per-application-load-balancer': 50,
  'rules-per-application-load-balancer': 100,
  'target-groups-per-application-load-balancer': 100,
  'target-groups-per-action-on-application-load-balancer': 5,
  'condition-values-per-alb-rule': 5,
  'condition-wildcards-per-alb-rule': 6,
};

/** Lists the quotas that the local cloud holds to. */
export const describeAccountLimits = (): Omit<DescribeAccountLimitsCommandOutput, '$metadata'> => ({
  Limits: Object.entries(LIMITS).map(([Name, max]) => ({ Name, Max: String(max) })),
});
