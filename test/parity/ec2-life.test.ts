import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { byteAt, startEc2World } from '#test/helpers/ec2-world';
import type { Ec2World } from '#test/helpers/ec2-world';
import { poll } from '#test/helpers/poll';

let world: Ec2World;

beforeEach(async () => {
  world = await startEc2World();
});

afterEach(() => world.stop());

describe('ending (from-docs)', () => {
  test('termination presses the power button, and the instance stays listed', async () => {
    const id = await world.launch();
    await world.untilState(id, 'running');
    const { TerminatingInstances } = await world.ec2.terminateInstances({ InstanceIds: [id] });
    expect(TerminatingInstances?.[0]?.CurrentState).toEqual({ Code: 32, Name: 'shutting-down' });
    const instance = await world.untilState(id, 'terminated');
    expect(instance.StateReason?.Code).toBe('Client.UserInitiatedShutdown');
    expect(world.hypervisor.machine(id)).toMatchObject({ powerPresses: 1, gone: true });
    expect(await world.cloud.cloud.context.backplane.resolve(id, 80)).toBeUndefined();
  });

  test('without the shutdown of its operating system the guest is not told, and is gone', async () => {
    const ImageId = await world.anImage();
    const [ended, stopped] = [await world.launch({ ImageId }), await world.launch({ ImageId })];
    for (const id of [ended, stopped]) await world.untilState(id, 'running');
    const { TerminatingInstances } = await world.ec2.terminateInstances({
      InstanceIds: [ended],
      SkipOsShutdown: true,
    });
    expect(TerminatingInstances?.[0]?.CurrentState).toEqual({ Code: 32, Name: 'shutting-down' });
    await world.ec2.stopInstances({ InstanceIds: [stopped], SkipOsShutdown: true });
    const instance = await world.untilState(ended, 'terminated');
    expect(instance.StateReason?.Code).toBe('Client.UserInitiatedShutdown');
    await world.untilState(stopped, 'stopped');
    for (const id of [ended, stopped])
      expect(world.hypervisor.machine(id)).toMatchObject({ powerPresses: 0, gone: true });
  });

  test('termination right after the launch leaves no machine', async () => {
    const id = await world.launch();
    await world.ec2.terminateInstances({ InstanceIds: [id] });
    await world.untilState(id, 'terminated');
    expect(world.hypervisor.machines.every(({ gone }) => gone)).toBe(true);
  });

  test.each([
    ['terminate', 'terminated'],
    ['stop', 'stopped'],
  ] as const)('a guest that powers itself off is, with behaviour %s, %s', async (behaviour, state) => {
    const id = await world.launch({ InstanceInitiatedShutdownBehavior: behaviour });
    await world.untilState(id, 'running');
    world.hypervisor.machine(id).powerOff();
    const instance = await world.untilState(id, state);
    expect(instance.StateReason?.Code).toBe('Client.InstanceInitiatedShutdown');
  });

  test('a machine that dies is terminated with an internal error', async () => {
    const id = await world.launch();
    await world.untilState(id, 'running');
    world.hypervisor.machine(id).crash();
    expect((await world.untilState(id, 'terminated')).StateReason?.Code).toBe('Server.InternalError');
  });

  test('a stopped instance starts again on the same disk', async () => {
    const id = await world.launch();
    await world.untilState(id, 'running');
    await world.ec2.stopInstances({ InstanceIds: [id] });
    await world.untilState(id, 'stopped');
    await world.ec2.startInstances({ InstanceIds: [id] });
    await world.untilState(id, 'running');
    const [before, after] = world.hypervisor.machines.filter(({ spec }) => spec.id === id);
    expect(after?.spec.dir).toBe(before?.spec.dir);
    expect(after?.spec.firmware).toBe('direct');
  });

  test('a reboot keeps the instance running on a new machine', async () => {
    const id = await world.launch();
    await world.untilState(id, 'running');
    await world.ec2.rebootInstances({ InstanceIds: [id] });
    await poll(
      () => world.hypervisor.machines[1],
      5000,
      () => 'no second machine',
    );
    expect((await world.describeOne(id)).State?.Name).toBe('running');
  });

  test('termination protection holds until it is taken away', async () => {
    const id = await world.launch({ DisableApiTermination: true });
    await expect(world.ec2.terminateInstances({ InstanceIds: [id] })).rejects.toMatchObject({
      name: 'OperationNotPermitted',
    });
    await world.ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value: false } });
    await world.ec2.terminateInstances({ InstanceIds: [id] });
    await world.untilState(id, 'terminated');
  });
});

describe('the life of the cloud (from-docs)', () => {
  test('a restart brings running machines back under their ids, on their disks', async () => {
    const id = await world.launch();
    await world.untilState(id, 'running');
    const { dir } = world.hypervisor.machine(id).spec;
    world = await world.restart();
    await poll(
      () => world.hypervisor.machines[0],
      5000,
      () => 'no machine',
    );
    expect(world.hypervisor.machine(id).spec).toMatchObject({ id, dir, firmware: 'direct' });
    expect((await world.describeOne(id)).State?.Name).toBe('running');
  });

  test('a restart does not bring back what was terminated', async () => {
    const id = await world.launch();
    await world.ec2.terminateInstances({ InstanceIds: [id] });
    await world.untilState(id, 'terminated');
    world = await world.restart();
    expect((await world.describeOne(id)).State?.Name).toBe('terminated');
    expect(world.hypervisor.machines).toHaveLength(0);
  });

  test('a start removes what a crash left without a record', async () => {
    const { stateDir } = world.cloud.cloud.context;
    const orphans = [join(stateDir, 'ec2', 'instances', 'i-gone'), join(stateDir, 'snapshots', 'snap-gone')];
    for (const orphan of orphans) mkdirSync(orphan, { recursive: true });
    world = await world.restart();
    expect(orphans.filter((orphan) => existsSync(orphan))).toEqual([]);
  });

  test('an instance outlives its image and snapshot, a restart included', async () => {
    const ImageId = await world.anImage();
    const id = await world.launch({ ImageId });
    await world.untilState(id, 'running');
    await world.ec2.deregisterImage({ ImageId, DeleteAssociatedSnapshots: true });
    world = await world.restart();
    await poll(
      () => world.hypervisor.machines[0],
      5000,
      () => 'no machine',
    );
    expect(byteAt(world.hypervisor.machine(id).spec.diskPath, 0)).toBe(1);
  });

  test('a machine is reachable once its guest has an address, and is `ok` from then on', async () => {
    world = await world.restart({ offline: true, port: (_, guestPort) => guestPort + 10_000 });
    const id = await world.launch();
    await world.untilState(id, 'running');
    const { backplane } = world.cloud.cloud.context;
    const status = async (): Promise<string | undefined> =>
      (await world.ec2.describeInstanceStatus({ InstanceIds: [id] })).InstanceStatuses?.[0]?.InstanceStatus
        ?.Status;
    expect([await backplane.resolve(id, 8080), await status()]).toEqual([undefined, 'initializing']);
    world.hypervisor.machine(id).joinNetwork();
    const address = await poll(
      () => backplane.resolve(id, 8080),
      5000,
      () => 'no address',
    );
    expect(address).toEqual({ host: '127.0.0.1', port: 18_080 });
    expect(await status()).toBe('ok');
  });
});
