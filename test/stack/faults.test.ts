import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CallRule, FaultPlan } from '#localcloud/faults/fault-plan';
import type { Release, ReleaseRecord } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import { expectAtRest } from '#test/helpers/at-rest';
import { startLightKiln } from '#test/helpers/light-kiln';
import type { LightKiln } from '#test/helpers/light-kiln';
import { appOf, drop } from '#test/helpers/release';
import { withSeed } from '#test/helpers/seeded-random';

const MINUTE = 60_000;
const ENVIRONMENTS = `
environments:
  - name: dev
    rollout: { settleSeconds: 0 }
    drainSeconds: 1
    warmBlueMinutes: 0
`;

let kiln: LightKiln;

const during = async (plan: FaultPlan, work: () => Promise<void>): Promise<readonly number[]> => {
  kiln.cloud.faults.set(plan);
  try {
    await work();
    return kiln.cloud.faults.struck();
  } finally {
    kiln.cloud.faults.clear();
  }
};

const dropVersion = (version: string): Promise<Release> =>
  drop(kiln, `apps/hello/${version}.zip`, appOf(version));

const serves = (version: string): Promise<void> =>
  expectAtRest(kiln, [{ app: 'hello', environment: 'dev', version }]);

const ended = (release: Release): Promise<ReleaseRecord> =>
  kiln.waitFor(`'${release.releaseId}' does not end`, async () => {
    const record = await kiln.documents.read<ReleaseRecord>(releaseKey(release));
    const isOver = ['live', 'superseded', 'rejected', 'failed'].includes(record?.status ?? '');
    return isOver ? record : undefined;
  });

const executionNames = async (): Promise<readonly (string | undefined)[]> => {
  const command = new ListExecutionsCommand({ stateMachineArn: kiln.stack.releaseStateMachineArn });
  const { executions = [] } = await kiln.connection.states.send(command);
  return executions.map(({ name }) => name);
};

beforeAll(async () => {
  kiln = await startLightKiln(ENVIRONMENTS);
}, 3 * MINUTE);

afterAll(() => kiln?.stop(), MINUTE);

test(
  'D01 D02 every event comes twice, and again after it was taken: it is one release',
  async () => {
    const plan: FaultPlan = {
      delivery: [
        { channel: 'rule-target', do: { duplicate: 2 } },
        { channel: 'async-invoke', do: { redeliverMs: 2000 }, times: 20 },
      ],
    };
    const struck = await during(plan, async () => {
      const release = await dropVersion('1.0.0');
      expect(await ended(release)).toMatchObject({ status: 'live' });
      await serves('1.0.0');
      expect(await executionNames()).toEqual([release.releaseId]);
    });
    expect(Math.min(...struck)).toBeGreaterThan(0);
  },
  2 * MINUTE,
);

test(
  'D04 the older of two drops whose event comes after the newer one is live does not take its place',
  async () => {
    const plan: FaultPlan = { delivery: [{ channel: 'rule-target', do: { delayMs: 12_000 }, nth: 1 }] };
    await during(plan, async () => {
      const older = await dropVersion('2.0.0');
      const newer = await dropVersion('3.0.0');
      expect(await ended(newer)).toMatchObject({ status: 'live' });
      expect(await ended(older)).toMatchObject({ status: 'superseded' });
      await serves('3.0.0');
    });
  },
  2 * MINUTE,
);

test(
  'I7 I10 a release goes live through throttles, failures and lost answers, and leaves nothing behind',
  () =>
    withSeed(async ({ seed }) => {
      const everything: Pick<CallRule, 'service' | 'action' | 'caller'> = {
        service: '*',
        action: '*',
        caller: 'kiln*',
      };
      const plan: FaultPlan = {
        seed,
        rules: [
          { ...everything, do: { throttle: true }, probability: 0.05 },
          { ...everything, do: { dropBefore: true }, probability: 0.01 },
          { ...everything, do: { dropAfter: true }, probability: 0.03 },
          { service: 'ec2', action: 'RunInstances', do: { hideFor: 2000 } },
          { service: 'ec2', action: 'RegisterImage', do: { hideFor: 2000 } },
          { service: 'ebs', action: 'StartSnapshot', do: { hideFor: 2000 } },
        ],
      };
      const struck = await during(plan, async () => {
        const release = await dropVersion('4.0.0');
        const { status, reason, message } = await ended(release);
        expect({ status, reason, message }).toEqual({ status: 'live' });
        await serves('4.0.0');
      });
      const [byChance, always] = [struck.slice(0, 3), struck.slice(3)];
      expect(Math.max(...byChance)).toBeGreaterThan(0);
      expect(Math.min(...always)).toBeGreaterThan(0);
    }),
  3 * MINUTE,
);
