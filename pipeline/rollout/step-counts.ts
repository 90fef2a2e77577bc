import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Clock } from '../clock.ts';
import type { RequestCounts } from '../judge/request-counts.ts';
import { readRequestCounts } from '../judge/request-metrics.ts';
import type { Rollout } from '../model.ts';

/** The load balancer as CloudWatch's dimension names it: `app/<name>/<id>` (from the listener's ARN). */
export const loadBalancerDimension = (listenerArn: string): string =>
  listenerArn.split(':listener/').at(-1)?.split('/').slice(0, 3).join('/') ?? '';

/** What green and blue have answered since the first shift; undefined where nothing is judged. */
export const readStepCounts = async (
  rollout: Pick<Rollout, 'green' | 'blue' | 'strategy' | 'listenerArn' | 'shiftedAt'>,
  deps: { readonly cloudWatch: CloudWatchClient; readonly clock: Clock },
): Promise<{ readonly green: RequestCounts; readonly blue: RequestCounts } | undefined> => {
  const { green, blue, strategy, shiftedAt } = rollout;
  if (strategy.judge === undefined || blue === undefined || shiftedAt === undefined) return undefined;
  const counts = await readRequestCounts(
    {
      loadBalancer: loadBalancerDimension(rollout.listenerArn),
      targetGroups: [green.targetGroupArn, blue.targetGroupArn],
      since: new Date(shiftedAt),
      until: deps.clock.now(),
    },
    deps,
  );
  const none = { requests: 0, errors: 0 };
  return {
    green: counts.get(green.targetGroupArn) ?? none,
    blue: counts.get(blue.targetGroupArn) ?? none,
  };
};
