import { mkdir } from 'node:fs/promises';
import { openConsoleLog } from '#localcloud/hypervisor/console-log';
import { MachineLaunchError } from '#localcloud/hypervisor/driver';
import type { Hypervisor, Machine, MachineExit, MachineSpec } from '#localcloud/hypervisor/driver';
import { instanceFiles } from '#localcloud/hypervisor/instance-dir';
import { startLightDeadMan } from './light-dead-man.ts';
import { readLightGuest } from './light-guest.ts';
import type { LightGuest } from './light-guest.ts';
import { startLightServer } from './light-server.ts';
import type { LightAnswers, LightServer } from './light-server.ts';

/** How the machines of a release behave; unless told they answer 200 at once. */
export interface LightBehaviour extends LightAnswers {
  /** The app ends with an error that long after its start, and its machine with it. */
  readonly diesAfterSeconds?: number;
  /** Which launches fail, as for want of capacity. */
  readonly launchFails?: (guest: LightGuest) => boolean;
  /** Which machines behave so; the others as if nothing were told. */
  readonly only?: (guest: LightGuest) => boolean;
}

/** A light machine, and what a test can do to it. */
export interface LightMachine {
  readonly guest: LightGuest;
  readonly gone: boolean;
  /** Answers to `/slow` that have not been given. */
  readonly held: LightServer['held'];
  /** Loses its power. */
  crash(): void;
  /** The guest stops its app, which answers what is in flight, and powers itself off; the console says why. */
  powerOff(why: string): Promise<void>;
}

/** A hypervisor whose machines are HTTP servers of this process: `/health` and everything else answer with JSON. */
export interface LightMachines extends Hypervisor {
  /** All that were launched, in order. */
  readonly machines: readonly LightMachine[];
  /** Tells how the machines of a version behave from now on, everywhere or in one environment; smoke tests always pass. */
  behave(version: string, behaviour: LightBehaviour, environment?: string): void;
}

type BehaviourOf = (guest: LightGuest) => LightBehaviour;

const boot = async (
  spec: MachineSpec,
  behaviourOf: BehaviourOf,
  machines: LightMachine[],
): Promise<Machine> => {
  if (spec.metadata === undefined) throw new MachineLaunchError(`machine '${spec.id}' has no metadata`);
  const guest = await readLightGuest(spec.metadata);
  if (behaviourOf(guest).launchFails?.(guest) === true)
    throw new MachineLaunchError(`cannot launch '${spec.id}': no capacity in '${guest.zone}'`);
  await mkdir(spec.dir, { recursive: true });
  const console = openConsoleLog(instanceFiles(spec.dir).console);
  const say = (text: string): void => console.append(Buffer.from(`kiln: ${text}\n`));
  say('init started at 0.00 s');
  say(`metadata read at 0.00 s: instance ${guest.instance} in ${guest.zone}`);
  const server = await startLightServer(guest, () => behaviourOf(guest));
  say(`app started at 0.00 s: light as ${guest.environment} release ${guest.release}`);
  say(`app listens on port ${server.port} after 0.000 s`);

  const exit = Promise.withResolvers<MachineExit>();
  let gone = false;
  const leave = (reason: MachineExit['reason'], detail: string): Promise<MachineExit> => {
    server.breakOff();
    clearTimeout(death);
    stopDeadMan();
    if (!gone) spec.onExit?.({ reason, detail });
    gone = true;
    exit.resolve({ reason, detail });
    return exit.promise;
  };
  const powerDown = async (why = 'the power button was pressed'): Promise<MachineExit> => {
    say(`stopping the app at 0.00 s: ${why}`);
    await server.close();
    say('powering off at 0.00 s');
    return leave('guest-shutdown', 'powered off');
  };
  const { diesAfterSeconds } = behaviourOf(guest);
  const death =
    diesAfterSeconds === undefined
      ? undefined
      : setTimeout(() => {
          say(`app exited with status 1 after ${diesAfterSeconds.toFixed(1)} s`);
          void leave('guest-shutdown', 'app exited');
        }, diesAfterSeconds * 1000);
  const stopDeadMan = startLightDeadMan({
    guest,
    metadata: spec.metadata,
    say,
    end: (why) => void powerDown(why),
  });
  machines.push({
    guest,
    get gone() {
      return gone;
    },
    held: server.held,
    crash: () => void leave('crashed', 'lost its power'),
    powerOff: async (why) => void (await powerDown(why)),
  });
  return {
    id: spec.id,
    pid: process.pid,
    firmware: spec.firmware,
    exited: exit.promise,
    onNetwork: Promise.resolve(),
    console: () => console.tail(),
    forward: () => Promise.resolve({ host: '127.0.0.1', port: server.port }),
    powerDown: () => powerDown().then(() => undefined),
    pause: () => Promise.resolve(),
    resume: () => Promise.resolve(),
    setLink: () => Promise.resolve(),
    stop: async (graceSeconds) => {
      const timer = setTimeout(() => void leave('killed', 'did not stop'), graceSeconds * 1000);
      return Promise.race([powerDown(), exit.promise]).finally(() => clearTimeout(timer));
    },
    kill: () => leave('killed', 'killed'),
  };
};

/** Creates light machines, which boot in no time and cost next to nothing. */
export const createLightMachines = (): LightMachines => {
  const machines: LightMachine[] = [];
  const behaviours = new Map<string, LightBehaviour>();
  const behaviourOf: BehaviourOf = (guest) => {
    const { release, environment, purpose } = guest;
    const told = behaviours.get(`${release} ${environment}`) ?? behaviours.get(release) ?? {};
    return purpose === undefined && told.only?.(guest) !== false ? told : {};
  };
  return {
    machines,
    behave: (version, behaviour, environment) =>
      void behaviours.set(environment === undefined ? version : `${version} ${environment}`, behaviour),
    launch: (spec) => boot(spec, behaviourOf, machines),
    prepare: () => Promise.resolve(),
  };
};
