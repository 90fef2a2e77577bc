import type { ChildProcess } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import type { Duplex, Readable } from 'node:stream';
import { openConsoleLog } from './console-log.ts';
import type { ConsoleLog } from './console-log.ts';
import { MachineLaunchError } from './driver.ts';
import type { Firmware, ForwardedPort, Machine, MachineExit, MachineSpec } from './driver.ts';
import { instanceFiles } from './instance-dir.ts';
import { parseForwardedPorts } from './forwarded-ports.ts';
import { NETWORK_BACKEND, QMP_DESCRIPTOR } from './qemu-command.ts';
import { connectQmp } from './qmp.ts';
import type { Qmp } from './qmp.ts';

/** A QEMU process that was just spawned. */
export interface SpawnedMachine {
  readonly child: ChildProcess;
  readonly spec: MachineSpec;
  readonly firmware: Firmware;
  readonly onNetwork: Promise<void>;
  /** Gives back what belongs to the machine on our side; called once when it is gone. */
  readonly release: () => void;
}

const LAST_WORDS_BYTES = 2000;

interface Ending {
  guestShutdown: boolean;
  killed: boolean;
  lastWords: string;
}

const explainExit = (ending: Ending, code: number | null, signal: NodeJS.Signals | null): MachineExit => {
  const how = signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
  const detail = ending.lastWords === '' ? how : `${how}: ${ending.lastWords.trim()}`;
  if (ending.killed) return { reason: 'killed', detail };
  return { reason: ending.guestShutdown ? 'guest-shutdown' : 'crashed', detail };
};

/** Resolves when the process is gone, however it went; an unstartable one is a crash. */
const watchExit = ({ child, spec, release }: SpawnedMachine, ending: Ending): Promise<MachineExit> => {
  const { promise, resolve } = Promise.withResolvers<MachineExit>();
  child.once('error', (error) => resolve({ reason: 'crashed', detail: error.message }));
  // `close` comes after the console's last byte, `exit` may come before it.
  child.once('close', (code, signal) => resolve(explainExit(ending, code, signal)));
  return promise.then((exit) => {
    release();
    rmSync(instanceFiles(spec.dir).pid, { force: true });
    spec.onExit?.(exit);
    return exit;
  });
};

const createForwards = (qmp: Qmp): Machine['forward'] => {
  const forwards = new Map<number, Promise<ForwardedPort>>();
  const open = async (guestPort: number): Promise<ForwardedPort> => {
    const complaint = await qmp.human(`hostfwd_add ${NETWORK_BACKEND} tcp:127.0.0.1:0-:${guestPort}`);
    if (complaint.trim() !== '')
      throw new Error(`cannot forward guest port ${guestPort}: ${complaint.trim()}`);
    const port = parseForwardedPorts(await qmp.human('info usernet')).get(guestPort);
    if (port === undefined) throw new Error(`qemu does not show the forward of guest port ${guestPort}`);
    return { host: '127.0.0.1', port };
  };
  return (guestPort) => {
    const known = forwards.get(guestPort);
    if (known !== undefined) return known;
    const opened = open(guestPort);
    forwards.set(guestPort, opened);
    opened.catch(() => forwards.delete(guestPort));
    return opened;
  };
};

const prepareFiles = ({ child, spec }: SpawnedMachine): ConsoleLog => {
  const files = instanceFiles(spec.dir);
  try {
    if (child.pid !== undefined) writeFileSync(files.pid, `${child.pid}\n`);
    return openConsoleLog(files.console);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
};

/** Turns a spawned QEMU process into a machine once it answers; rejects when it ends before. */
export const attachMachine = async (spawned: SpawnedMachine): Promise<Machine> => {
  const { child, spec, firmware, onNetwork } = spawned;
  const ending: Ending = { guestShutdown: false, killed: false, lastWords: '' };
  const exited = watchExit(spawned, ending);
  const console = prepareFiles(spawned);
  child.stdout?.on('data', (chunk: Buffer) => console.append(chunk));
  child.stderr?.on('data', (chunk: Buffer) => {
    ending.lastWords = (ending.lastWords + chunk.toString()).slice(-LAST_WORDS_BYTES);
  });
  const qmp = await Promise.race([
    connectQmp(child.stdio[QMP_DESCRIPTOR] as Duplex & Readable, ({ event, data }) => {
      if (event === 'SHUTDOWN' && data?.['guest'] === true) ending.guestShutdown = true;
    }),
    exited.then(({ detail }) =>
      Promise.reject(new MachineLaunchError(`machine '${spec.id}' did not start: ${detail}`)),
    ),
  ]).catch(async (error: unknown) => {
    child.kill('SIGKILL');
    const { detail } = await exited;
    throw error instanceof MachineLaunchError
      ? error
      : new MachineLaunchError(`machine '${spec.id}' did not start: ${detail}`, { cause: error });
  });

  const kill = (): Promise<MachineExit> => {
    ending.killed = true;
    child.kill('SIGKILL');
    return exited;
  };
  const powerDown = async (): Promise<void> => {
    await qmp.execute('system_powerdown');
  };
  return {
    id: spec.id,
    pid: child.pid ?? 0,
    firmware,
    exited,
    onNetwork,
    console: () => console.tail(),
    forward: createForwards(qmp),
    powerDown,
    pause: async () => {
      await qmp.execute('stop');
    },
    resume: async () => {
      await qmp.execute('cont');
    },
    setLink: async (up) => {
      await qmp.execute('set_link', { name: NETWORK_BACKEND, up });
    },
    stop: async (graceSeconds) => {
      const timer = setTimeout(() => void kill(), graceSeconds * 1000);
      // Not waited for: a process that hangs never answers, and must go all the same.
      powerDown().catch(() => undefined);
      try {
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
    kill,
  };
};
