import { UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { describe, expect, test } from '@jest/globals';
import { applySwitch } from '#pipeline/environments/apply-switch';
import { switchEnvironment } from '#pipeline/environments/switch-environment';
import { switchKey } from '#pipeline/environments/switched-off';
import type { EnvironmentRecord } from '#pipeline/model';
import { fakeSwitchboard } from '#test/helpers/fake-switchboard';
import { aDeployment, aLease, aRecord, aReplacement, DEV } from '#test/helpers/pipeline-fixtures';

const BLUE = aDeployment(1).groupName;
const GREEN = aDeployment(2).groupName;
const OFF = { environment: 'dev', to: 'off', by: 'ann' } as const;
const ON = { environment: 'dev', to: 'on', by: 'bob' } as const;
const live = (more: Partial<EnvironmentRecord> = {}): EnvironmentRecord =>
  aRecord({ current: aDeployment(1), ...more });

const setUp = (record = live(), capacities: Readonly<Record<string, string>> = { [BLUE]: '1/3/6' }) =>
  fakeSwitchboard([record], capacities);
const recordOf = ({ documents }: ReturnType<typeof setUp>): EnvironmentRecord =>
  documents.all.get(DEV) as EnvironmentRecord;

describe('switchEnvironment', () => {
  test('off takes every machine away and notes the capacity, on brings it back', async () => {
    const board = setUp();
    expect(await switchEnvironment(OFF, board.deps)).toMatchObject({
      to: 'off',
      by: 'ann',
      switched: ['hello'],
    });
    expect(board.capacityOf(BLUE)).toBe('0/0/0');
    expect(recordOf(board).off).toMatchObject({ by: 'ann', capacity: { min: 1, desired: 3, max: 6 } });
    expect(await switchEnvironment(ON, board.deps)).toMatchObject({
      to: 'on',
      by: 'bob',
      switched: ['hello'],
    });
    expect(board.capacityOf(BLUE)).toBe('1/3/6');
    expect(recordOf(board)).not.toHaveProperty('off');
    expect(board.names).toEqual(['environment.off', 'environment.on']);
  });

  test('off twice is off once: the capacity to come back to stays, and who did it first', async () => {
    const board = setUp();
    await switchEnvironment(OFF, board.deps);
    const again = await switchEnvironment({ ...OFF, by: 'bob' }, board.deps);
    expect(again).toMatchObject({ by: 'ann', since: '2026-01-01T00:00:00.000Z' });
    expect(recordOf(board).off?.capacity.desired).toBe(3);
    expect(board.mock.commandCalls(UpdateAutoScalingGroupCommand)).toHaveLength(1);
    expect(board.names).toEqual(['environment.off']);
  });

  test('on where it never was off changes nothing', async () => {
    const board = setUp();
    expect(await switchEnvironment(ON, board.deps)).toMatchObject({ switched: [], later: [] });
    expect(board.mock.commandCalls(UpdateAutoScalingGroupCommand)).toHaveLength(0);
    expect(board.names).toEqual([]);
  });

  test('warm machines go too, and come back while they are still there', async () => {
    const warm = { deployment: aDeployment(1), until: '2026-01-02T00:00:00Z' };
    const board = setUp(live({ current: aDeployment(2), warm }), { [BLUE]: '2/2/4', [GREEN]: '1/3/6' });
    await switchEnvironment(OFF, board.deps);
    expect([board.capacityOf(BLUE), board.capacityOf(GREEN)]).toEqual(['0/0/0', '0/0/0']);
    board.groups.delete(BLUE);
    await switchEnvironment(ON, board.deps);
    expect(board.capacityOf(GREEN)).toBe('1/3/6');
  });

  test('every app of the environment is switched, and no other environment', async () => {
    const other = aRecord({ app: 'other', current: aDeployment(2, { groupName: 'other' }) });
    const prod = aRecord({ environment: 'prod', current: aDeployment(1, { groupName: 'prod' }) });
    const board = fakeSwitchboard([live(), other, prod], { [BLUE]: '2/2/4', other: '2/2/4', prod: '2/2/4' });
    expect((await switchEnvironment(OFF, board.deps)).switched).toEqual(['hello', 'other']);
    expect(board.capacityOf('other')).toBe('0/0/0');
    expect(board.capacityOf('prod')).toBe('2/2/4');
  });

  test('an environment that is not configured is refused', async () => {
    const board = setUp();
    await expect(switchEnvironment({ ...OFF, environment: 'qa' }, board.deps)).rejects.toThrow("'qa'");
    expect(board.documents.all.has(switchKey('qa'))).toBe(false);
  });
});

describe('applySwitch', () => {
  test('an app in the middle of a rollout is left alone, and follows when it ends', async () => {
    const board = setUp(live({ lease: aLease() }));
    board.running.add(aLease().executionArn);
    expect(await switchEnvironment(OFF, board.deps)).toMatchObject({ switched: [], later: ['hello'] });
    expect(board.capacityOf(BLUE)).toBe('1/3/6');
    board.documents.all.set(DEV, live());
    expect(await applySwitch('hello', 'dev', board.deps)).toBe('switched');
    expect(board.capacityOf(BLUE)).toBe('0/0/0');
  });

  test('Y04: an app that is being recycled follows when the batch is done, one that chaos tries goes off at once', async () => {
    for (const [trigger, later] of [
      ['recycling', ['hello']],
      ['chaos', []],
    ] as const) {
      const board = setUp(live({ lease: aLease(1, { trigger }) }));
      board.running.add('arn:execution/1');
      expect(await switchEnvironment(OFF, board.deps)).toMatchObject({ later });
    }
  });

  test('Y05: comes back without the machines that a dead replacement left', async () => {
    const board = setUp(live({ replacement: aReplacement(1, 2) }));
    await switchEnvironment(OFF, board.deps);
    expect(recordOf(board)).toMatchObject({ off: { capacity: { desired: 2 } } });
    expect(recordOf(board)).not.toHaveProperty('replacement');
  });

  test('a lease whose rollout no longer runs keeps nothing on', async () => {
    const board = setUp(live({ lease: aLease() }));
    expect(await switchEnvironment(OFF, board.deps)).toMatchObject({ switched: ['hello'] });
  });

  test('a rollout that takes the lease at the same moment is left alone', async () => {
    const board = setUp();
    board.running.add(aLease().executionArn);
    board.documents.onWrite = (key) => {
      if (key !== DEV) return;
      board.documents.onWrite = () => undefined;
      board.documents.all.set(DEV, live({ lease: aLease() }));
    };
    expect(await switchEnvironment(OFF, board.deps)).toMatchObject({ switched: [], later: ['hello'] });
    expect(board.capacityOf(BLUE)).toBe('1/3/6');
  });

  test('killed between noting the capacity and taking the machines away, it goes on', async () => {
    const board = setUp();
    board.mock.on(UpdateAutoScalingGroupCommand).rejectsOnce(new Error('killed'));
    await expect(switchEnvironment(OFF, board.deps)).rejects.toThrow('killed');
    const again = setUp(recordOf(board));
    expect(await switchEnvironment(OFF, again.deps)).toMatchObject({ to: 'off' });
    expect(again.capacityOf(BLUE)).toBe('0/0/0');
    await switchEnvironment(ON, again.deps);
    expect(again.capacityOf(BLUE)).toBe('1/3/6');
  });

  test('switched off again while it is switched on, it ends off, and the capacity is not lost', async () => {
    const board = setUp();
    await switchEnvironment(OFF, board.deps);
    board.documents.all.set(switchKey('dev'), { ...ON, since: '' });
    board.documents.onWrite = (key) => {
      if (key !== DEV) return;
      board.documents.onWrite = () => undefined;
      board.documents.all.set(switchKey('dev'), { ...OFF, since: '' });
    };
    await applySwitch('hello', 'dev', board.deps);
    expect(board.capacityOf(BLUE)).toBe('0/0/0');
    await switchEnvironment(ON, board.deps);
    expect(board.capacityOf(BLUE)).toBe('1/3/6');
  });

  test("a group without machines comes back with the environment's capacity", async () => {
    const board = setUp(live(), { [BLUE]: '0/0/0' });
    await switchEnvironment(OFF, board.deps);
    await switchEnvironment(ON, board.deps);
    expect(board.capacityOf(BLUE)).toBe('2/2/4');
  });

  test('a group that is being removed is left alone', async () => {
    const board = setUp();
    board.mock.on(UpdateAutoScalingGroupCommand).rejects(new Error('must not be asked'));
    board.groups.clear();
    await expect(switchEnvironment(OFF, board.deps)).resolves.toMatchObject({ to: 'off' });
  });

  test('an app that never was released has nothing to switch', async () => {
    const board = fakeSwitchboard([], {});
    expect(await applySwitch('hello', 'dev', board.deps)).toBe('unchanged');
    expect(board.documents.all.has(DEV)).toBe(false);
  });
});
