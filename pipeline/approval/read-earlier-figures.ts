import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { readEnvironments } from '../environments/read-environments.ts';
import { readRequestCounts } from '../judge/request-metrics.ts';
import type { Release } from '../model.ts';
import { readEnvironmentRecord } from '../rollout/environment-record.ts';
import type { EnvironmentRecordDeps } from '../rollout/environment-record.ts';
import { loadBalancerDimension } from '../rollout/step-counts.ts';
import type { ApprovalEvidence } from './approval-record.ts';

export interface EarlierFiguresDeps extends EnvironmentRecordDeps {
  readonly cloudWatch: CloudWatchClient;
}

/**
 * What the release has answered in the environment before this one since it went live there; undefined in the first
 * environment, and where another release serves there by now.
 */
export const readEarlierFigures = async (
  { app, releaseId }: Pick<Release, 'app' | 'releaseId'>,
  environment: string,
  deps: EarlierFiguresDeps,
): Promise<ApprovalEvidence['before']> => {
  const environments = await readEnvironments(deps.documents);
  const earlier = environments[environments.findIndex(({ name }) => name === environment) - 1];
  if (earlier === undefined) return undefined;
  const { current } = await readEnvironmentRecord(earlier.name, app, deps);
  if (current?.releaseId !== releaseId || current.liveAt === undefined) return undefined;
  const counts = await readRequestCounts(
    {
      loadBalancer: loadBalancerDimension(earlier.listenerArn),
      targetGroups: [current.targetGroupArn],
      since: new Date(current.liveAt),
      until: deps.clock.now(),
    },
    deps,
  );
  const { requests, errors } = counts.get(current.targetGroupArn) ?? { requests: 0, errors: 0 };
  return { environment: earlier.name, requests, errors };
};
