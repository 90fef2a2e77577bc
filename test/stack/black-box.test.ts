import { SetDesiredCapacityCommand, SetInstanceHealthCommand } from '@aws-sdk/client-auto-scaling';
import { CreateTagsCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readEndedMachines } from '#cli/machines/ended-machines';
import { readMachines } from '#cli/machines';
import type { EndedMachine } from '#pipeline/machine/ended-machine';
import { TAG } from '#pipeline/tags';
import { startLightKiln } from '#test/helpers/light-kiln';
import type { LightKiln } from '#test/helpers/light-kiln';
import type { LightMachine } from '#test/helpers/light-machines';

const MINUTE = 60_000;
const ENVIRONMENTS = `
environments:
  - name: dev
    rollout: { settleSeconds: 0 }
    drainSeconds: 1
    warmBlueMinutes: 0
  - name: prod
    capacity: { min: 1, desired: 2, max: 4 }
    rollout: { settleSeconds: 0 }
    drainSeconds: 1
    warmBlueMinutes: 0
`;

let kiln: LightKiln;

beforeAll(async () => {
  kiln = await startLightKiln(ENVIRONMENTS);
  await kiln.bake('hello', ['1.0.0', '2.0.0']);
}, 3 * MINUTE);

afterAll(async () => {
  await kiln?.stop();
}, MINUTE);

/** Waits for the black box of a machine. */
const boxOf = (instanceId: string): Promise<EndedMachine> =>
  kiln.waitFor(`no black box of '${instanceId}'`, async () =>
    (await readEndedMachines({ limit: 1000 }, kiln)).find((box) => box.instanceId === instanceId),
  );

const runningIn = async (environment: string): Promise<string[]> =>
  kiln.waitFor(`two machines do not run in '${environment}'`, async () => {
    const machines = await readMachines(kiln.connection, 'hello', environment);
    const running = machines.filter(({ state, groupName }) => state === 'running' && groupName !== undefined);
    return running.length === 2 ? running.map(({ instanceId }) => instanceId) : undefined;
  });

const firstIn = async (environment: string): Promise<string> => (await runningIn(environment))[0] ?? '';

const terminate = (instanceId: string): Promise<unknown> =>
  kiln.connection.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));

const lightMachine = (instanceId: string): LightMachine => {
  const found = kiln.machines.machines.find(({ guest }) => guest.instance === instanceId);
  if (found === undefined) throw new Error(`no light machine '${instanceId}'`);
  return found;
};

describe('the black box of a machine', () => {
  test(
    'says that its release was replaced, and which it was, with its console',
    async () => {
      await kiln.succeeded(await kiln.promote('hello', '1.0.0', 'prod'));
      const before = await runningIn('prod');
      await kiln.succeeded(await kiln.promote('hello', '2.0.0', 'prod'));
      for (const instanceId of before) {
        const box = await boxOf(instanceId);
        expect(box).toMatchObject({
          app: 'hello',
          environment: 'prod',
          version: '1.0.0',
          releaseId: kiln.releaseOf('hello', '1.0.0').releaseId,
          zone: expect.stringMatching(/^[a-z]+-/),
          groupName: expect.stringContaining('hello-prod'),
          reason: 'release',
          console: expect.stringContaining('kiln: app listens on port'),
        });
        expect(Date.parse(box.endedAt)).toBeGreaterThanOrEqual(Date.parse(box.launchedAt));
      }
    },
    2 * MINUTE,
  );

  test(
    'is there for machines of smoke tests too',
    async () => {
      const all = await readEndedMachines({ limit: 1000, app: 'hello' }, kiln);
      expect(all.filter(({ reason }) => reason === 'smoke-test')).toHaveLength(2);
    },
    MINUTE,
  );

  test(
    'says that somebody terminated it',
    async () => {
      const instanceId = await firstIn('prod');
      await terminate(instanceId);
      expect(await boxOf(instanceId)).toMatchObject({ reason: 'by-hand' });
    },
    MINUTE,
  );

  test(
    'says what Kiln ended it for',
    async () => {
      const instanceId = await firstIn('prod');
      const Tags = [{ Key: TAG.ending, Value: 'chaos' }];
      await kiln.connection.ec2.send(new CreateTagsCommand({ Resources: [instanceId], Tags }));
      await terminate(instanceId);
      expect(await boxOf(instanceId)).toMatchObject({ reason: 'chaos' });
    },
    MINUTE,
  );

  test(
    'says that its host failed',
    async () => {
      const instanceId = await firstIn('prod');
      lightMachine(instanceId).crash();
      expect(await boxOf(instanceId)).toMatchObject({
        reason: 'interrupted',
        detail: expect.stringContaining('Server.InternalError'),
      });
    },
    MINUTE,
  );

  test(
    'says that it was found unhealthy',
    async () => {
      const instanceId = await firstIn('prod');
      await kiln.connection.autoScaling.send(
        new SetInstanceHealthCommand({
          InstanceId: instanceId,
          HealthStatus: 'Unhealthy',
          ShouldRespectGracePeriod: false,
        }),
      );
      expect(await boxOf(instanceId)).toMatchObject({
        reason: 'unhealthy',
        detail: expect.stringContaining('health-check'),
      });
    },
    MINUTE,
  );

  test(
    'says that the capacity was lowered',
    async () => {
      const before = await runningIn('prod');
      const groupName = (await kiln.record('hello', 'prod')).current?.groupName;
      await kiln.connection.autoScaling.send(
        new SetDesiredCapacityCommand({ AutoScalingGroupName: groupName, DesiredCapacity: 1 }),
      );
      const gone = await kiln.waitFor('no machine goes', async () => {
        const left = (await readMachines(kiln.connection, 'hello', 'prod')).map(
          ({ instanceId }) => instanceId,
        );
        return before.find((instanceId) => !left.includes(instanceId));
      });
      expect(await boxOf(gone)).toMatchObject({ reason: 'capacity' });
    },
    MINUTE,
  );

  test(
    'says that its app ended',
    async () => {
      kiln.machines.behave('1.0.0', { diesAfterSeconds: 6 }, 'dev');
      await kiln.promote('hello', '1.0.0', 'dev');
      const box = await kiln.waitFor('no app ended', async () =>
        (await readEndedMachines({ limit: 1000, environment: 'dev' }, kiln)).find(
          ({ reason }) => reason === 'app-ended',
        ),
      );
      expect(box).toMatchObject({
        version: '1.0.0',
        ageSeconds: expect.any(Number),
        console: expect.stringContaining('kiln: app exited with status 1'),
      });
    },
    2 * MINUTE,
  );
});
