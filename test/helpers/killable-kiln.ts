import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, localConfig } from '#cli/connection';
import type { Connection } from '#cli/connection';
import { readEnvironmentsFile } from '#cli/environments-file';
import { freePort } from './free-port.ts';
import { newKilnHome, processesWith, removeKilnHome, startKilnProcess } from './kiln-process.ts';
import type { KilnProcess } from './kiln-process.ts';
import { poll } from './poll.ts';
import { DEV_ONLY } from './start-kiln.ts';

/** `kiln up` in a home of its own, as a process that can be killed and started again. */
export interface KillableKiln {
  readonly home: string;
  readonly url: string;
  readonly connection: Connection;
  /** Starts it and waits until it says where the app answers; resolves with the seconds that took. */
  start(): Promise<number>;
  /** Ends it and waits until it is gone; resolves with its exit code or the signal that ended it. */
  kill(signal: 'SIGKILL' | 'SIGINT'): Promise<number | NodeJS.Signals>;
  /** Command lines of all processes that work for this home. */
  processes(): Promise<string[]>;
  /** Kills it and removes the home. */
  end(): Promise<void>;
}

const START_TIMEOUT_MILLISECONDS = 270_000;

/** Prepares a new home on free ports that shares the built base of this host; nothing runs yet. */
export const createKillableKiln = async (): Promise<KillableKiln> => {
  const home = await newKilnHome();
  const port = await freePort();
  const environmentsFile = join(home, 'environments.yml');
  await writeFile(environmentsFile, DEV_ONLY);
  const { environments } = readEnvironmentsFile(environmentsFile);
  const listenerPorts = await Promise.all(environments.map(() => freePort()));
  let running: KilnProcess | undefined;

  const kill = (signal: 'SIGKILL' | 'SIGINT'): Promise<number | NodeJS.Signals> => {
    running?.signal(signal);
    return running?.ended ?? Promise.resolve(0);
  };

  return {
    home,
    url: `http://127.0.0.1:${listenerPorts[0] ?? 0}`,
    connection: connect(localConfig(`http://127.0.0.1:${port}`)),
    start: async () => {
      const started = performance.now();
      const portsOf = environments.flatMap(({ name }, index) => [
        '--port-of',
        `${name}=${listenerPorts[index] ?? 0}`,
      ]);
      const kiln = startKilnProcess(['up', '--port', String(port), ...portsOf], {
        KILN_HOME: home,
        KILN_ENVIRONMENTS: environmentsFile,
      });
      running = kiln;
      let end: number | NodeJS.Signals | undefined;
      void kiln.ended.then((how) => (end = how));
      await poll(
        () => {
          if (end !== undefined) throw new Error(`kiln up ended with ${end}:\n${kiln.stderr()}`);
          return kiln.stdout().includes('answers at http') ? true : undefined;
        },
        START_TIMEOUT_MILLISECONDS,
        () => kiln.stderr(),
      );
      return (performance.now() - started) / 1000;
    },
    kill,
    processes: () => processesWith(home),
    end: async () => {
      await kill('SIGKILL');
      await removeKilnHome(home);
    },
  };
};
