import {
  EnterStandbyCommand,
  ExitStandbyCommand,
  SetInstanceProtectionCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateVersionCommand,
  DescribeInstancesCommand,
  ModifyLaunchTemplateCommand,
} from '@aws-sdk/client-ec2';
import { GetScheduleCommand, SchedulerClient, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { STACK_NAME } from '#cli/stack';
import type { CallRule } from '#localcloud/faults/fault-plan';
import { unblockRecycling } from '#pipeline/recycle/unblock-recycling';
import { expectAtRest } from '#test/helpers/at-rest';
import { listenToKiln } from '#test/helpers/kiln-events';
import type { KilnEvents } from '#test/helpers/kiln-events';
import { lightGroup } from '#test/helpers/light-group';
import type { CapacityWatch, LightGroup } from '#test/helpers/light-group';
import { startLightKiln } from '#test/helpers/light-kiln';
import type { LightKiln } from '#test/helpers/light-kiln';
import { poll } from '#test/helpers/poll';
import { startTraffic } from '#test/helpers/traffic';
import type { Traffic } from '#test/helpers/traffic';

const MINUTE = 60_000;

/** Every case has an environment of its own and so many machines of 1.0.0 there: they run side by side. */
const MACHINES = {
  whole: 4,
  sick: 2,
  twice: 2,
  yielding: 3,
  launching: 2,
  waiting: 2,
  retiring: 2,
  room: 2,
  zones: 4,
  lost: 2,
  unheard: 2,
  kept: 4,
  timed: 2,
  unraised: 2,
  'unraised-waiting': 2,
} as const;
type Place = keyof typeof MACHINES;
const PLACES = Object.keys(MACHINES) as Place[];
const isPlace = (name: string): name is Place => name in MACHINES;

/** By the other reading of AWS's guide a launch leaves the desired capacity as it is: here it does. */
const launchRaisesDesired = (groupName: string): boolean => !groupName.includes('-unraised');

const STOPPED = [
  ['launching', 'LaunchReplacements'],
  ['waiting', 'WaitForReplacements'],
  ['retiring', 'RetireInstances'],
  ['unraised-waiting', 'WaitForReplacements'],
] as const;

const settings = (name: string, machines: number): string => `
  - name: ${name}
    zones: [a, b]
    capacity: { min: 1, desired: ${machines}, max: ${machines + 2} }
    rollout: { settleSeconds: 0 }
    drainSeconds: 1
    warmBlueMinutes: 0
    healthGraceSeconds: 0${name === 'timed' ? '\n    maximumUptimeMinutes: 1' : ''}`;

const ENVIRONMENTS = `
environments:${settings('dev', 2)}
${PLACES.map((name) => settings(name, MACHINES[name])).join('\n')}
`;

let kiln: LightKiln;
let events: KilnEvents;
const traffic = new Map<string, Traffic>();
const at = (name: Place): LightGroup => lightGroup(kiln, name);
const failuresIn = (name: Place): readonly string[] => traffic.get(name)?.failures() ?? ['no traffic'];

/** The faults of each case; `struck` counts over all plans. */
const faults = new Map<string, readonly CallRule[]>();
const struck = new Map<CallRule, number>();
const strike = (name: Place, rules: readonly CallRule[]): void => {
  countStrikes();
  faults.set(name, rules);
  kiln.cloud.faults.set({ rules: [...faults.values()].flat() });
};
const countStrikes = (): void => {
  const now = kiln.cloud.faults.struck();
  for (const [index, rule] of (kiln.cloud.faults.plan().rules ?? []).entries())
    struck.set(rule, (struck.get(rule) ?? 0) + (now[index] ?? 0));
};

const watches: CapacityWatch[] = [];
const watchCapacity = (name: Place): CapacityWatch => {
  const watch = at(name).watchCapacity();
  watches.push(watch);
  return watch;
};

const works: { readonly title: string; readonly work: () => Promise<void> }[] = [];
const runs = new Map<string, Promise<void>>();

/** A case that runs beside the others: they wait most of the time. */
const beside = (title: string, work: () => Promise<void>): void => {
  works.push({ title, work });
  test(title, () => runs.get(title), 8 * MINUTE);
};

const eventIn = (name: Place, type: string): Promise<Readonly<Record<string, unknown>>> =>
  kiln.waitFor(`no event '${type}' in '${name}'`, async () => events.of(type, name).at(-1)?.detail);

beforeAll(async () => {
  kiln = await startLightKiln(ENVIRONMENTS, { launchRaisesDesired });
  events = await listenToKiln(kiln);
  // A machine that does not come is given up after the 5 s that it may take and a minute.
  const files = { 'kiln.json': JSON.stringify({ healthPath: '/health', startSeconds: 5 }) };
  await kiln.bake('hello', ['1.0.0', '2.0.0'], files);
  const rollouts = await Promise.all(PLACES.map((name) => kiln.promote('hello', '1.0.0', name)));
  await Promise.all(rollouts.map((rollout) => kiln.succeeded(rollout)));
  for (const { name, url } of kiln.stack.environments)
    if (isPlace(name))
      traffic.set(name, startTraffic(url, { perSecond: name === 'whole' ? 60 : 10, connections: 5 }));
  for (const { title, work } of works) {
    const run = work();
    // Its test tells.
    run.catch(() => undefined);
    runs.set(title, run);
  }
}, 8 * MINUTE);

afterAll(async () => {
  await Promise.allSettled([...watches, ...traffic.values()].map((each) => each.stop()));
  await events?.stop();
  await kiln?.stop();
}, MINUTE);

/** Where every case of recycling must end: other machines of the same release, and no request lost on the way. */
const expectRecycled = async (name: Place, old: readonly string[]): Promise<void> => {
  const group = at(name);
  await group.atRest(MACHINES[name]);
  expect((await group.ids()).filter((id) => old.includes(id))).toEqual([]);
  expect((await group.record()).current?.version).toBe('1.0.0');
  expect(failuresIn(name)).toEqual([]);
};

/** Waits until a replacement has failed as one does whose machines do not come. */
const expectNotReplaced = async (group: LightGroup, replacement: string): Promise<void> => {
  expect(await group.endOf(replacement)).toMatchObject({ status: 'FAILED', error: 'MachinesKeepFailing' });
};

const balance = async (group: LightGroup): Promise<number> => {
  const { a = 0, b = 0 } = await group.zones();
  return Math.abs(a - b);
};

describe('recycling', () => {
  beside(
    'Y10: replaces a whole group with the release that serves, whatever its launch template says now',
    async () => {
      const group = at('whole');
      const [old, watch] = [await group.ids(), watchCapacity('whole')];
      const { current } = await group.record();
      const LaunchTemplateName = current?.launchTemplateName;
      const { image } = kiln.releaseOf('hello', '2.0.0') as { readonly image?: { readonly imageId: string } };
      const { LaunchTemplateVersion } = await kiln.connection.ec2.send(
        new CreateLaunchTemplateVersionCommand({
          LaunchTemplateName,
          SourceVersion: '1',
          LaunchTemplateData: { ImageId: image?.imageId },
        }),
      );
      const DefaultVersion = String(LaunchTemplateVersion?.VersionNumber);
      await kiln.connection.ec2.send(new ModifyLaunchTemplateCommand({ LaunchTemplateName, DefaultVersion }));
      await group.recycleAll(old);
      await expectRecycled('whole', old);
      expect(await watch.stop()).toBe(4);
      expect(group.launched()).toHaveLength(8);
      expect(await group.zones()).toEqual({ a: 2, b: 2 });
      const InstanceIds = [...(await group.ids())];
      const { Reservations = [] } = await kiln.connection.ec2.send(
        new DescribeInstancesCommand({ InstanceIds }),
      );
      const images = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ ImageId }) => ImageId));
      expect(new Set(images)).toEqual(new Set([current?.imageId]));
      for (const id of old)
        expect(await group.blackBox(id)).toMatchObject({ reason: 'age', version: '1.0.0' });
      expect(await eventIn('whole', 'recycling.finished')).toMatchObject({ machines: 4 });
      expect(events.of('recycling.started', 'whole')).toHaveLength(1);
    },
  );

  beside(
    'Y02: replacements that never come leave the old machines serving, and after three tries people must look',
    async () => {
      const group = at('sick');
      const [old, watch] = [await group.ids(), watchCapacity('sick')];
      const ofGroup = `*${(await group.group()).AutoScalingGroupName}*`;
      const launch = { service: 'ec2', action: 'RunInstances', resource: ofGroup, caller: '*' } as const;
      strike('sick', [{ ...launch, do: { error: 'InvalidAMIID.Unavailable' } }]);
      const [first = ''] = await group.recycle();
      await expectNotReplaced(group, first);
      await expectNotReplaced(group, await group.replaceAgain(first));
      expect((await group.record()).recycling).toMatchObject({ failures: 2 });
      strike('sick', []);
      const only = ({ instance }: { readonly instance: string }): boolean => !old.includes(instance);
      kiln.machines.behave('1.0.0', { only, neverHealthy: true }, 'sick');
      await expectNotReplaced(group, await group.replaceAgain(first));
      await group.atRest(2);
      expect(await group.ids()).toEqual(old);
      expect(await watch.stop()).toBe(2);
      const { recycling } = await group.record();
      expect(recycling?.blockedSince).toBeDefined();
      expect(await eventIn('sick', 'recycling.blocked')).toMatchObject({ failures: 3 });
      expect(await group.recycle()).toEqual([]);
      kiln.machines.behave('1.0.0', {}, 'sick');
      expect(
        await unblockRecycling(
          { environment: 'sick', app: 'hello', by: 'ann' },
          { ...kiln, announce: () => Promise.resolve() },
        ),
      ).toBe(true);
      await group.recycleAll(old);
      await expectRecycled('sick', old);
    },
  );

  beside('replaces a whole group where launches do not raise the desired capacity (unraised)', async () => {
    const group = at('unraised');
    const [old, watch] = [await group.ids(), watchCapacity('unraised')];
    await group.recycleAll(old);
    await expectRecycled('unraised', old);
    expect(await watch.stop()).toBe(2);
    expect(group.launched()).toHaveLength(4);
    expect((await group.record()).launchRaises).toBe(false);
  });

  beside('Y03: two plans and two executions at once replace each machine once', async () => {
    const group = at('twice');
    const old = await group.ids();
    const [first, second] = await Promise.all([group.recycle(), group.recycle()]);
    const [replacement = ''] = [...first, ...second];
    const again = await group.replaceAgain(replacement);
    expect((await group.endOf(again)).error).toMatch(/^(NotRecyclable|RolloutInProgress)$/);
    for (const arn of new Set([...first, ...second])) await group.endOf(arn);
    await expectRecycled('twice', old);
    expect(group.launched()).toHaveLength(4);
  });

  beside('Y04: makes way for a rollout, which gets the machines that the group should have', async () => {
    const group = at('yielding');
    const watch = watchCapacity('yielding');
    // Blue has left the app's rule for a while before the record says so.
    strike('yielding', [{ service: 'elasticloadbalancing', action: 'DeleteRule', do: { delayMs: 1000 } }]);
    const [replacement = ''] = await group.recycle();
    await kiln.waitForState(replacement, 'WaitForReplacements');
    const rollout = await kiln.promote('hello', '2.0.0', 'yielding');
    expect((await group.endOf(rollout)).status).toBe('SUCCEEDED');
    expect(await kiln.ended(replacement)).toMatchObject({ status: 'SUCCEEDED' });
    await group.atRest(3);
    expect((await group.record()).current?.version).toBe('2.0.0');
    // Three at first, one that was replaced before it made way, three of the rollout.
    expect(group.launched()).toHaveLength(7);
    expect(await watch.stop()).toBe(3);
    expect(failuresIn('yielding')).toEqual([]);
  });

  for (const [name, state] of STOPPED)
    beside(
      `Y05: what a replacement leaves that is stopped in ${state} (${name}), the next one takes up`,
      async () => {
        const group = at(name);
        const [old, watch] = [await group.ids(), watchCapacity(name)];
        const [replacement = ''] = await group.recycle();
        await kiln.waitForState(replacement, state);
        await kiln.stopExecution(replacement);
        await group.recycleAll(old);
        await expectRecycled(name, old);
        expect(await watch.stop()).toBe(2);
        // Two at first, one that is adopted if it was launched by then, and two of the next plan, for which all are too old.
        expect(group.launched().length).toBeLessThanOrEqual(5);
      },
    );

  beside('Y07: says that there is no room for a replacement, and touches nothing', async () => {
    const group = at('room');
    const old = await group.ids();
    const { AutoScalingGroupName, MaxSize } = await group.group();
    const { autoScaling } = kiln.connection;
    await autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, MaxSize: 2 }));
    expect(await group.recycle()).toEqual([]);
    const reason = 'there is no room for a replacement: it has 2 machines and its maximum is 2';
    expect((await group.record()).recycling?.skipped?.reason).toBe(reason);
    expect(await eventIn('room', 'recycling.skipped')).toMatchObject({ app: 'hello', reason });
    expect(await group.ids()).toEqual(old);
    await autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, MaxSize }));
    await group.recycleAll(old);
    await expectRecycled('room', old);
    expect((await group.record()).recycling?.skipped).toBeUndefined();
  });

  beside('Y08: a zone without capacity keeps its machines until it has some', async () => {
    const group = at('zones');
    const [old, watch] = [await group.ids(), watchCapacity('zones')];
    const inB = (await group.instances()).filter(({ AvailabilityZone = '' }) =>
      AvailabilityZone.endsWith('b'),
    );
    const resource = `*${(await group.group()).AutoScalingGroupName}*`;
    strike('zones', [
      { service: 'ec2', action: 'RunInstances', resource, do: { capacity: 'eu-central-1b' } },
    ]);
    await group.recycleAll();
    await group.atRest(4);
    expect(await group.ids()).toEqual(expect.arrayContaining(inB.map(({ InstanceId }) => InstanceId)));
    expect(await balance(group)).toBeLessThanOrEqual(1);
    strike('zones', []);
    await group.recycleAll(old);
    await expectRecycled('zones', old);
    expect(await watch.stop()).toBe(4);
    expect(await balance(group)).toBeLessThanOrEqual(1);
  });

  beside('Y06: answers that are lost and calls that are throttled change nothing', async () => {
    const group = at('lost');
    const [old, watch] = [await group.ids(), watchCapacity('lost')];
    const resource = `*${(await group.group()).AutoScalingGroupName}*`;
    const rules: readonly CallRule[] = [
      { service: 'autoscaling', resource, action: 'LaunchInstances', nth: 1, do: { dropAfter: true } },
      {
        service: 'autoscaling',
        resource,
        action: 'TerminateInstanceInAutoScalingGroup',
        nth: 1,
        do: { dropAfter: true },
      },
      { service: 'autoscaling', resource, action: 'Describe*', nth: 2, do: { throttle: true } },
    ];
    strike('lost', rules);
    await group.recycleAll(old);
    await expectRecycled('lost', old);
    strike('lost', []);
    for (const rule of rules) expect(struck.get(rule)).toBeGreaterThan(0);
    expect(await watch.stop()).toBe(2);
    expect(group.launched()).toHaveLength(4);
  });

  beside('Y06: calls whose answers are all lost leave nothing, and the group is whole', async () => {
    const group = at('unheard');
    const [old, watch] = [await group.ids(), watchCapacity('unheard')];
    const ofGroup = {
      service: 'autoscaling',
      resource: `*${(await group.group()).AutoScalingGroupName}*`,
      do: { dropAfter: true },
    } as const;
    strike('unheard', [{ ...ofGroup, action: 'LaunchInstances' }]);
    const [replacement = ''] = await group.recycle();
    // The step is tried again, which finds what the launch before it did.
    expect((await group.endOf(replacement)).status).toBe('SUCCEEDED');
    expect(group.launched()).toHaveLength(4);
    await group.atRest(2);
    const next = await group.ids();
    expect(next.filter((id) => old.includes(id))).toEqual([]);
    strike('unheard', [{ ...ofGroup, action: 'TerminateInstanceInAutoScalingGroup' }]);
    const [again = ''] = await group.recycle();
    // It fails, unless the machine is gone before its last attempt, which then finds nothing left to do.
    await group.endOf(again);
    await group.atRest(2);
    strike('unheard', []);
    await group.recycleAll(next);
    await expectRecycled('unheard', [...old, ...next]);
    expect(await watch.stop()).toBe(2);
  });

  beside('Y11: leaves a protected machine and one in standby alone, and says why', async () => {
    const group = at('kept');
    const { autoScaling } = kiln.connection;
    const { AutoScalingGroupName } = await group.group();
    const [guarded = '', aside = '', ...others] = await group.ids();
    const protect = (InstanceIds: string[], ProtectedFromScaleIn: boolean): Promise<unknown> =>
      autoScaling.send(
        new SetInstanceProtectionCommand({ AutoScalingGroupName, InstanceIds, ProtectedFromScaleIn }),
      );
    const standby = { AutoScalingGroupName, InstanceIds: [aside] };
    await protect([guarded], true);
    await autoScaling.send(new EnterStandbyCommand({ ...standby, ShouldDecrementDesiredCapacity: true }));
    await kiln.waitFor('it is not in standby', async () =>
      (await group.instances()).some(({ LifecycleState }) => LifecycleState === 'Standby') ? true : undefined,
    );
    await group.recycleAll(others);
    const left = await group.ids();
    expect(left).toEqual(expect.arrayContaining([guarded, aside]));
    expect(left).toHaveLength(4);
    const serving = left.filter((id) => id !== aside);
    await protect(serving, true);
    expect(await group.recycle()).toEqual([]);
    const { passedOver = [] } = await group.record();
    expect(new Map(passedOver.map(({ instanceId, reason }) => [instanceId, reason]))).toEqual(
      new Map<string, string>([
        [aside, 'is Standby, not InService'],
        ...serving.map((id) => [id, 'is protected from scale-in'] as const),
      ]),
    );
    expect(await eventIn('kept', 'recycling.skipped')).toMatchObject({
      reason: expect.stringContaining('is protected from scale-in'),
    });
    await protect(serving, false);
    await autoScaling.send(new ExitStandbyCommand(standby));
    await group.atRest(4);
    await group.recycleAll(left);
    await expectRecycled('kept', [...left, ...others]);
  });

  beside('its schedule replaces what is too old, and nobody has to ask', async () => {
    const group = at('timed');
    const [old, watch] = [await group.ids(), watchCapacity('timed')];
    const scheduler = new SchedulerClient(kiln.connection.config);
    const Name = `${STACK_NAME}-recycle`;
    const { Target, FlexibleTimeWindow } = await scheduler.send(new GetScheduleCommand({ Name }));
    const every = (ScheduleExpression: string): Promise<unknown> =>
      scheduler.send(new UpdateScheduleCommand({ Name, Target, FlexibleTimeWindow, ScheduleExpression }));
    await every('rate(1 minute)');
    const look = async (): Promise<true | undefined> =>
      (await group.ids()).every((id) => !old.includes(id)) ? true : undefined;
    // Due after a minute at most, looked at every minute, one machine after the other; a busy host takes its time.
    await poll(look, 4 * MINUTE, () => 'nothing was replaced');
    await every('rate(5 minutes)');
    await kiln.change('timed', { maximumUptimeMinutes: 60 });
    await expectRecycled('timed', old);
    expect(await watch.stop()).toBe(2);
  });

  test(
    'leaves nothing behind anywhere',
    async () => {
      await Promise.allSettled(runs.values());
      await expectAtRest(kiln, [
        { app: 'hello', environment: 'dev', version: '2.0.0' },
        ...PLACES.map((environment) => ({
          app: 'hello',
          environment,
          version: environment === 'yielding' ? '2.0.0' : '1.0.0',
          machines: MACHINES[environment],
        })),
      ]);
      expect(PLACES.flatMap((name) => failuresIn(name))).toEqual([]);
    },
    MINUTE,
  );
});
