import { describe, expect, test } from '@jest/globals';
import type { Connection } from '#cli/connection';
import { percentOf, readStatus } from '#cli/rollouts/read-status';
import { approvalKey } from '#pipeline/approval/approval-record';
import { deploymentNames } from '#pipeline/names';
import {
  aLease,
  anApproval,
  anEnvironment,
  aServingDeployment,
  aServingRecord,
  minutesAgo,
  releaseIdOf,
  someProgress,
} from '#test/helpers/cli-fixtures';
import { aRule, fakeTraffic } from '#test/helpers/fake-traffic';
import { memoryDocuments } from '#test/helpers/memory-documents';

const blue = aServingDeployment(1).targetGroupArn;
const greenName = deploymentNames('kiln', 'hello', aLease(), 'prod').targetGroup;
const green = `arn:aws:elasticloadbalancing:r:1:targetgroup/${greenName}/2`;
const environment = anEnvironment('prod');

const world = (weights: Readonly<Record<string, number>> = {}) => {
  const traffic = fakeTraffic();
  if (Object.keys(weights).length > 0) traffic.rules.push(aRule('arn:rule', 2000, weights));
  traffic.health.set(blue, ['healthy', 'draining']);
  const connection = { balancing: traffic.client } as Connection;
  const documents = memoryDocuments({ [approvalKey(anApproval())]: { ...anApproval(), taskToken: 't' } });
  return { connection, documents };
};

describe('readStatus', () => {
  test('tells blue from green by the names that follow from the lease, with real weights and health', async () => {
    const record = aServingRecord({ lease: aLease(), progress: someProgress() });
    const { shares } = await readStatus({ environment, record }, world({ [blue]: 90, [green]: 10 }));
    expect(shares).toMatchObject([
      { role: 'current', version: '1.0.0', percent: 90, healthy: 1, targets: 2 },
      { role: 'green', version: '2.0.0', percent: 10, healthy: 0, targets: 0 },
    ]);
  });

  test('calls what is not in the record unknown, a former green as well', async () => {
    const { shares } = await readStatus(
      { environment, record: aServingRecord() },
      world({ [blue]: 1, [green]: 1 }),
    );
    expect(shares).toMatchObject([{ role: 'current' }, { role: 'unknown', version: greenName, percent: 50 }]);
  });

  test('has no shares where the rule is gone', async () => {
    expect(await readStatus({ environment, record: aServingRecord() }, world())).not.toHaveProperty('shares');
  });

  test('brings the approval that is pending, without its token', async () => {
    const { approvalId } = anApproval();
    const pendingApproval = { approvalId, releaseId: releaseIdOf(2), droppedAt: minutesAgo(9), key: 'k' };
    const record = aServingRecord({ pendingApproval });
    const { approval } = await readStatus({ environment, record }, world({ [blue]: 1 }));
    expect(approval).toEqual(anApproval());
  });
});

describe('percentOf', () => {
  test('is the part of the sum of weights, and nothing of nothing', () => {
    const weights = [
      { targetGroupArn: 'a', weight: 1 },
      { targetGroupArn: 'b', weight: 3 },
    ];
    expect(percentOf(weights, 'a')).toBe(25);
    expect(percentOf([{ targetGroupArn: 'a', weight: 0 }], 'a')).toBe(0);
    expect(percentOf(weights, 'c')).toBe(0);
  });
});
