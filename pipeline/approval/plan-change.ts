import { readEnvironments } from '../environments/read-environments.ts';
import type { ReleaseRecord } from '../model.ts';
import { releaseKey } from '../release/release-record.ts';
import { configurationOf } from '../rollout/configuration.ts';
import { readEnvironmentRecord } from '../rollout/environment-record.ts';
import type { EnvironmentRecordDeps } from '../rollout/environment-record.ts';
import type { ApprovalRecord } from './approval-record.ts';
import { planDigest } from './plan-digest.ts';

/** What is different now from what people were asked about, in a sentence; undefined when nothing is. */
export const planChange = async (
  record: ApprovalRecord,
  deps: EnvironmentRecordDeps,
): Promise<string | undefined> => {
  const [environments, { current }, release] = await Promise.all([
    readEnvironments(deps.documents),
    readEnvironmentRecord(record.environment, record.app, deps),
    deps.documents.read<ReleaseRecord>(releaseKey(record)),
  ]);
  const environment = environments.find(({ name }) => name === record.environment);
  if (environment === undefined) return `environment '${record.environment}' is no longer configured`;
  const image = { digest: release?.image?.digest ?? 'none' };
  const digest = record.pinnedConfiguration ?? configurationOf(environment.parameters).digest;
  const now = planDigest({ release: record, image, configuration: { digest } }, environment, current);
  if (now === record.planDigest) return undefined;
  const { replaces } = record.evidence;
  if (replaces?.releaseId !== current?.releaseId) {
    const [was, is] = [replaces, current].map((serving) => serving?.version ?? 'nothing');
    return `${is} serves in '${environment.name}' now, it was ${was} when approval was asked for`;
  }
  if (image.digest !== record.evidence.digest) return `the image of '${record.releaseId}' is another now`;
  return `the configuration or the approval rule of '${environment.name}' has changed`;
};
