import type { AppStatus, Share } from '../rollouts/read-status.ts';
import type { Finding } from './finding.ts';

type Explanation = Omit<Finding, 'check'>;

const describe = (shares: readonly Share[]): string =>
  shares.map(({ version, percent }) => `${version} ${Number(percent.toFixed(1))} %`).join(', ');

/** Whether the rule has what the record says; during a rollout green takes any part, others none. */
const hasDrifted = ({ record }: AppStatus, shares: readonly Share[]): boolean => {
  if (shares.some(({ role, percent }) => role === 'unknown' && percent > 0)) return true;
  const current = shares.find(({ role }) => role === 'current');
  return record.lease === undefined && record.current !== undefined && current?.percent !== 100;
};

const serving = ({ record, shares = [] }: AppStatus): readonly Explanation[] => {
  const current = shares.find(({ role }) => role === 'current');
  if (record.off !== undefined || record.current === undefined || current === undefined) return [];
  const { version } = record.current;
  const found = `${version} has ${Number(current.percent.toFixed(1))} %, ${current.healthy} of ${current.targets} targets healthy`;
  if (current.healthy > 0) return [{ status: 'ok', found }];
  return [
    {
      status: 'blocked',
      found,
      remedy: `kiln logs ${record.app}, and kiln rollback ${record.app} --env ${record.environment}`,
    },
  ];
};

/** Whether an app's rule on the listener agrees with the record, and what serves is healthy. */
export const explainTraffic = (status: AppStatus): readonly Explanation[] => {
  const { app, environment, record, shares } = status;
  const { current } = record;
  if (shares === undefined) {
    if (current === undefined) return [];
    const found = `${current.version} should serve, but its rule on the listener is gone`;
    return [{ status: 'blocked', found, remedy: `kiln promote ${app} --env ${environment}, or drop again` }];
  }
  if (!hasDrifted(status, shares)) return serving(status);
  const expected =
    record.lease === undefined ? `100 % on ${current?.version}` : 'target groups of the rollout only';
  return [
    {
      status: 'blocked',
      found: `somebody changed rule '${record.ruleArn}': it has ${describe(shares)}, expected ${expected}`,
      remedy: `put its weights back (aws elbv2 modify-rule), or kiln rollback ${app} --env ${environment}`,
    },
    ...serving(status),
  ];
};
