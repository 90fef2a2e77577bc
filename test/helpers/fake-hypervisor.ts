import { MachineLaunchError } from '#localcloud/hypervisor/driver';
import type {
  Hypervisor,
  Machine,
  MachineExit,
  MachineSpec,
  MetadataAnswer,
} from '#localcloud/hypervisor/driver';

/** A machine of the fake hypervisor, and what a test can do to it. */
export interface FakeMachine {
  readonly spec: MachineSpec;
  /** Presses of the power button so far. */
  readonly powerPresses: number;
  readonly gone: boolean;
  /** The guest powers itself off. */
  powerOff(): void;
  /** The emulator dies. */
  crash(): void;
  /** The guest gets its address, which it otherwise has at once. */
  joinNetwork(): void;
  write(text: string): void;
  /** What the guest reads at a path of its metadata service, with a fresh token. */
  metadata(path: string): Promise<MetadataAnswer>;
}

/** A hypervisor without machines: every guest is up at once and obeys its power button. */
export interface FakeHypervisor extends Hypervisor {
  /** All machines that were launched, in order. */
  readonly machines: readonly FakeMachine[];
  /** The machine launched last under this id. */
  machine(id: string): FakeMachine;
}

/** How the fake guests behave. */
export interface FakeHypervisorOptions {
  /** Every launch fails, as without QEMU. */
  readonly failing?: boolean;
  /** Guests ignore their power button. */
  readonly deaf?: boolean;
  /** Guests have no address until a test says so. */
  readonly offline?: boolean;
  /** Where a guest's port is found. */
  readonly port?: (id: string, guestPort: number) => number;
}

/** Creates a hypervisor for tests that boot nothing. */
export const createFakeHypervisor = (options: FakeHypervisorOptions = {}): FakeHypervisor => {
  const machines: FakeMachine[] = [];

  const launch = (spec: MachineSpec): Promise<Machine> => {
    if (options.failing === true) {
      return Promise.reject(new MachineLaunchError(`cannot launch a machine: 'qemu' is not installed`));
    }
    const exit = Promise.withResolvers<MachineExit>();
    const network = Promise.withResolvers<void>();
    let output = '';
    let powerPresses = 0;
    let gone = false;
    const leave = (reason: MachineExit['reason']): Promise<MachineExit> => {
      gone = true;
      exit.resolve({ reason, detail: 'fake' });
      return exit.promise;
    };
    if (options.offline !== true) network.resolve();
    machines.push({
      spec,
      get powerPresses() {
        return powerPresses;
      },
      get gone() {
        return gone;
      },
      powerOff: () => void leave('guest-shutdown'),
      crash: () => void leave('crashed'),
      joinNetwork: network.resolve,
      write: (text) => {
        output += text;
      },
      metadata: async (path) => {
        const handler = spec.metadata;
        if (handler === undefined) throw new Error(`machine '${spec.id}' has no metadata`);
        const token = await handler({
          method: 'PUT',
          path: '/latest/api/token',
          headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
        });
        const headers = { 'x-aws-ec2-metadata-token': token.body.toString() };
        return handler({ method: 'GET', path, headers });
      },
    });
    const stop = (): Promise<MachineExit> => {
      powerPresses += 1;
      return leave(options.deaf === true ? 'killed' : 'guest-shutdown');
    };
    return Promise.resolve({
      id: spec.id,
      pid: 1,
      firmware: spec.firmware,
      exited: exit.promise,
      onNetwork: network.promise,
      console: () => Buffer.from(output),
      forward: (guestPort: number) =>
        Promise.resolve({ host: '127.0.0.1', port: options.port?.(spec.id, guestPort) ?? guestPort }),
      powerDown: () => stop().then(() => undefined),
      pause: () => Promise.resolve(),
      resume: () => Promise.resolve(),
      setLink: () => Promise.resolve(),
      stop,
      kill: () => leave('killed'),
    });
  };

  return {
    machines,
    machine: (id) => {
      const found = machines.findLast(({ spec }) => spec.id === id);
      if (found === undefined) throw new Error(`no machine '${id}' was launched`);
      return found;
    },
    launch,
    prepare: () => Promise.resolve(),
  };
};
