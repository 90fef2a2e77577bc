import { link, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NetworkAddress } from '../../cloud-context.ts';
import { readConsoleTail } from '../../hypervisor/console-log.ts';
import type { Firmware, Machine, MachineExit } from '../../hypervisor/driver.ts';
import { instanceFiles } from '../../hypervisor/instance-dir.ts';
import { killLeftovers } from '../../hypervisor/leftovers.ts';
import { removeUnowned } from '../../snapshots/remove-unowned.ts';
import type { Ec2State } from './deps.ts';
import { inBackground } from './deps.ts';
import { changeState, REASONS } from './instance-state.ts';
import { memoryMiBOf } from './instance-types.ts';
import { metadataOf } from './metadata.ts';
import type { InstanceRecord } from './records.ts';

/** The machines behind the instances. Work on one instance is done one after the other. */
export interface Machines {
  /** Gives the instance its own name for the snapshot's disk, so that it outlives the snapshot. */
  prepare(instanceId: string, snapshotId: string): Promise<void>;
  /** Boots an instance; it becomes `running`, or `terminated` when its machine cannot be started. */
  boot(instanceId: string, firmware: Firmware): void;
  /**
   * Presses the power button, ends the machine after the grace, and then puts the instance in the state. Without the shutdown
   * of its operating system the plug is pulled at once.
   */
  shutDown(instanceId: string, endState: 'stopped' | 'terminated', skipOsShutdown?: boolean): void;
  /** As `shutDown`, and boots it again without leaving `running`. */
  reboot(instanceId: string): void;
  address(instanceId: string, port: number): Promise<NetworkAddress | undefined>;
  /** The guest has its address. */
  isOnNetwork(instanceId: string): boolean;
  console(instanceId: string): Buffer;
  /** Removes everything of an instance that is no longer listed. */
  forget(instanceId: string): Promise<void>;
  /** Ends machines that an earlier process left behind, and removes folders that no instance owns. */
  cleanUp(): Promise<void>;
  /** Ends all machines and leaves the instances' states as they are: they come back at the next start. */
  killAll(): Promise<void>;
}

interface Running {
  readonly machine: Machine;
  onNetwork: boolean;
  /** We end it: its exit is no news. */
  ending: boolean;
}

const isUp = ({ state }: InstanceRecord): boolean => state === 'pending' || state === 'running';

const diskOf = (dir: string): string => join(dir, 'disk.raw');

/** Keeps the machines of the instances in `state`. */
export const createMachines = (state: Ec2State): Machines => {
  const running = new Map<string, Running>();
  const queues = new Map<string, Promise<void>>();
  let closing = false;
  const dirOf = (instanceId: string): string => join(state.machinesDir, instanceId);

  /** Runs the work of one instance in the order it was asked for. */
  const enqueue = (instanceId: string, what: string, work: () => Promise<void>): void => {
    const queued = (queues.get(instanceId) ?? Promise.resolve()).then(work).catch((error: unknown) => {
      state.context.log('error', `${what} failed`, { instanceId, error: String(error) });
    });
    queues.set(instanceId, queued);
    inBackground(state, what, queued);
    void queued.finally(() => {
      if (queues.get(instanceId) === queued) queues.delete(instanceId);
    });
  };

  /** The console stays for whoever asks why; the disk goes. */
  const removeDisk = async (instanceId: string): Promise<void> => {
    const dir = dirOf(instanceId);
    const files = instanceFiles(dir);
    for (const path of [diskOf(dir), files.overlay, files.uefiVariables]) await rm(path, { force: true });
  };

  const end = async (instanceId: string, endState: 'stopped' | 'terminated'): Promise<void> => {
    if (endState === 'terminated') await removeDisk(instanceId);
    changeState(state, instanceId, endState);
  };

  /** A machine that nobody here ended: the guest powered off, or the emulator died. */
  const leftByItself = (instanceId: string, exit: MachineExit): void => {
    const instance = state.instances.get(instanceId);
    if (closing || instance === undefined || !isUp(instance)) return;
    state.context.log('info', 'machine ended by itself', { instanceId, ...exit });
    const guestDid = exit.reason === 'guest-shutdown';
    const terminates = !guestDid || instance.shutdownBehavior === 'terminate';
    const reason = guestDid ? REASONS.guestShutdown : REASONS.crashed;
    changeState(state, instanceId, terminates ? 'shutting-down' : 'stopping', reason);
    enqueue(instanceId, 'end of an instance', () => end(instanceId, terminates ? 'terminated' : 'stopped'));
  };

  const launch = async (instance: InstanceRecord, firmware: Firmware): Promise<void> => {
    const { instanceId } = instance;
    const dir = dirOf(instanceId);
    const machine = await state.hypervisor.launch({
      id: instanceId,
      dir,
      diskPath: diskOf(dir),
      memoryMiB: memoryMiBOf(instance.instanceType, state.options.memoryCapMiB),
      // One processor boots faster than two under software emulation, and leaves room for the other machines.
      vcpus: 1,
      firmware,
      metadata: metadataOf(state, instance),
    });
    const entry: Running = { machine, onNetwork: false, ending: false };
    running.set(instanceId, entry);
    void machine.onNetwork.then(() => {
      entry.onNetwork = true;
    });
    void machine.exited.then((exit) => {
      if (running.get(instanceId) === entry) running.delete(instanceId);
      if (!entry.ending) leftByItself(instanceId, exit);
    });
    state.context.log('info', 'machine launched', {
      instanceId,
      pid: machine.pid,
      firmware: machine.firmware,
    });
  };

  const bootNow = async (instanceId: string, firmware: Firmware): Promise<void> => {
    const instance = state.instances.get(instanceId);
    if (closing || instance === undefined || !isUp(instance)) return;
    try {
      await launch(instance, firmware);
    } catch (error) {
      state.context.log('error', 'machine could not be launched', { instanceId, error: String(error) });
      changeState(state, instanceId, 'shutting-down', REASONS.launchFailed);
      await end(instanceId, 'terminated');
      return;
    }
    // Asked to terminate while it was being launched, or gone at once: what ends it is queued behind this.
    if (state.instances.get(instanceId)?.state === 'pending') changeState(state, instanceId, 'running');
  };

  const powerOff = async (instanceId: string, skipOsShutdown = false): Promise<void> => {
    const entry = running.get(instanceId);
    if (entry === undefined) return;
    entry.ending = true;
    // A guest that is not up yet would not notice the button.
    if (entry.onNetwork && !skipOsShutdown) await entry.machine.stop(state.options.shutdownGraceSeconds);
    else await entry.machine.kill();
  };

  return {
    prepare: async (instanceId, snapshotId) => {
      const disk = await state.snapshots.materialise(snapshotId);
      await mkdir(dirOf(instanceId), { recursive: true });
      await link(disk, diskOf(dirOf(instanceId)));
    },
    boot: (instanceId, firmware) =>
      enqueue(instanceId, 'boot of an instance', () => bootNow(instanceId, firmware)),
    shutDown: (instanceId, endState, skipOsShutdown) =>
      enqueue(instanceId, 'shut-down of an instance', async () => {
        await powerOff(instanceId, skipOsShutdown);
        if (!closing) await end(instanceId, endState);
      }),
    reboot: (instanceId) =>
      enqueue(instanceId, 'reboot of an instance', async () => {
        await powerOff(instanceId);
        await bootNow(instanceId, 'direct');
      }),
    address: async (instanceId, port) => {
      const entry = running.get(instanceId);
      if (entry?.onNetwork !== true || state.instances.get(instanceId)?.state === 'pending') return undefined;
      return entry.machine.forward(port).catch(() => undefined);
    },
    isOnNetwork: (instanceId) => running.get(instanceId)?.onNetwork === true,
    console: (instanceId) =>
      running.get(instanceId)?.machine.console() ?? readConsoleTail(instanceFiles(dirOf(instanceId)).console),
    forget: (instanceId) => rm(dirOf(instanceId), { recursive: true, force: true }),
    cleanUp: async () => {
      const pids = killLeftovers(state.machinesDir);
      if (pids.length > 0) state.context.log('warn', 'ended machines of an earlier process', { pids });
      await removeUnowned(state.machinesDir, (name) => state.instances.get(name) !== undefined);
    },
    killAll: async () => {
      closing = true;
      await Promise.all([...running.values()].map(({ machine }) => machine.kill()));
      await Promise.all(queues.values());
      await Promise.all([...running.values()].map(({ machine }) => machine.kill()));
    },
  };
};
