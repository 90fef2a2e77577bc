import { ElasticLoadBalancingV2ServiceException } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { EnvironmentRecord } from '#pipeline/model';
import { deploymentNames } from '#pipeline/names';
import { readWeights } from '#pipeline/traffic/app-rule';
import type { Weight } from '#pipeline/traffic/app-rule';
import { countHealthy, readTargetHealth } from '#pipeline/traffic/target-group';
import { readApproval } from '../approvals/read-approvals.ts';
import type { ShownApproval } from '../approvals/read-approvals.ts';
import type { CommandContext } from '../command-context.ts';
import type { AppInEnvironment } from '../environments/environment-records.ts';
import { STACK_NAME } from '../stack.ts';

/** One target group of an app's rule, and what stands behind it. */
export interface Share {
  readonly targetGroupArn: string;
  /** What its machines are to the environment; `unknown`: nothing of Kiln's record. */
  readonly role: 'current' | 'green' | 'warm' | 'unknown';
  readonly version: string;
  /** Of the app's traffic, 0 to 100. */
  readonly percent: number;
  readonly healthy: number;
  readonly targets: number;
}

/** What serves an app in an environment, as its record and the balancer tell. */
export interface AppStatus {
  readonly app: string;
  readonly environment: string;
  readonly url: string;
  readonly record: EnvironmentRecord;
  /** Absent when the app has no rule, or the rule is gone. */
  readonly shares?: readonly Share[];
  readonly approval?: ShownApproval;
}

type Group = Pick<Share, 'role' | 'version'>;

const nameOf = (targetGroupArn: string): string => targetGroupArn.split('/').at(-2) ?? '';

/** Whose target group that is; green has no deployment in the record, but a name that follows from the lease. */
const groupOf = (targetGroupArn: string, { app, environment, ...record }: EnvironmentRecord): Group => {
  const { current, warm, lease, progress } = record;
  if (current?.targetGroupArn === targetGroupArn) return { role: 'current', version: current.version };
  if (warm?.deployment.targetGroupArn === targetGroupArn)
    return { role: 'warm', version: warm.deployment.version };
  if (lease === undefined) return { role: 'unknown', version: nameOf(targetGroupArn) };
  const green = deploymentNames(STACK_NAME, app, lease, environment).targetGroup;
  if (nameOf(targetGroupArn) !== green) return { role: 'unknown', version: nameOf(targetGroupArn) };
  return {
    role: 'green',
    version: progress?.releaseId === lease.releaseId ? progress.version : lease.releaseId,
  };
};

/** A group's part of the traffic in percent: its weight over the sum of weights. */
export const percentOf = (weights: readonly Weight[], targetGroupArn: string): number => {
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  const own = weights.find((weight) => weight.targetGroupArn === targetGroupArn)?.weight ?? 0;
  return sum === 0 ? 0 : (own / sum) * 100;
};

/** The weights of an app's rule; undefined when it has none, or the rule is gone. */
export const readAppWeights = async (
  { ruleArn }: Pick<EnvironmentRecord, 'ruleArn'>,
  { connection }: Pick<CommandContext, 'connection'>,
): Promise<readonly Weight[] | undefined> => {
  if (ruleArn === undefined) return undefined;
  try {
    return await readWeights(ruleArn, connection.balancing);
  } catch (error) {
    const gone =
      error instanceof ElasticLoadBalancingV2ServiceException && error.name.startsWith('RuleNotFound');
    if (gone) return undefined;
    throw error;
  }
};

const readShares = async (
  record: EnvironmentRecord,
  context: Pick<CommandContext, 'connection'>,
): Promise<readonly Share[] | undefined> => {
  const weights = await readAppWeights(record, context);
  if (weights === undefined) return undefined;
  return Promise.all(
    weights.map(async ({ targetGroupArn }) => {
      const targets = await readTargetHealth(targetGroupArn, context.connection.balancing);
      return {
        targetGroupArn,
        ...groupOf(targetGroupArn, record),
        percent: percentOf(weights, targetGroupArn),
        healthy: countHealthy(targets),
        targets: targets.length,
      };
    }),
  );
};

/** Reads what serves an app in an environment. */
export const readStatus = async (
  { environment, record }: AppInEnvironment,
  context: Pick<CommandContext, 'connection' | 'documents'>,
): Promise<AppStatus> => {
  const { app, pendingApproval } = record;
  const [shares, approval] = await Promise.all([
    readShares(record, context),
    pendingApproval === undefined
      ? undefined
      : readApproval({ app, approvalId: pendingApproval.approvalId }, context),
  ]);
  return {
    app,
    environment: environment.name,
    url: environment.url,
    record,
    ...(shares === undefined ? {} : { shares }),
    ...(approval === undefined ? {} : { approval }),
  };
};
