import { createServer } from 'node:net';
import type { ListenerPorts } from './listener-ports.ts';
import { UserError } from './user-error.ts';

/** Whether nobody listens on a TCP port of 127.0.0.1. */
export const isPortFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** The ports that Kiln listens on, all of 127.0.0.1. */
export interface KilnPorts {
  /** The local cloud's. */
  readonly port: number;
  /** The environments'. */
  readonly listeners: ListenerPorts;
}

/** The option that gives an environment another port. */
export const portOption = (environment: string, port: number, { listeners }: KilnPorts): string =>
  Object.keys(listeners)[0] === environment ? `--listener-port ${port}` : `--port-of ${environment}=${port}`;

/** The port, or the next one that is neither taken nor to be another of Kiln's. */
const nextFree = async (port: number, { port: cloud, listeners }: KilnPorts): Promise<number> => {
  const ours = new Set([cloud, ...Object.values(listeners)]);
  for (let next = port + 1; next <= 65_535; next += 1) {
    if (!ours.has(next) && (await isPortFree(next))) return next;
  }
  return port - 1;
};

/**
 * Makes sure that all ports can be had.
 * @throws UserError naming those that are taken, and the options for others
 */
export const checkPorts = async (ports: KilnPorts): Promise<void> => {
  const { port, listeners } = ports;
  const taken: string[] = [];
  const options: string[] = [];
  if (!(await isPortFree(port))) {
    taken.push(`port ${port} of 127.0.0.1, for the local cloud,`);
    options.push(`--port ${await nextFree(port, ports)}`);
  }
  for (const [environment, listener] of Object.entries(listeners)) {
    if (listener === port) {
      throw new UserError(
        `port ${port} cannot be both the local cloud's and that of '${environment}'`,
        `npm start -- ${portOption(environment, await nextFree(port, ports), ports)}`,
      );
    }
    if (!(await isPortFree(listener))) {
      taken.push(`port ${listener} of 127.0.0.1, where ${environment} answers,`);
      options.push(portOption(environment, await nextFree(listener, ports), ports));
    }
  }
  if (taken.length === 0) return;
  const verb = taken.length === 1 ? 'is in use by another program' : 'are in use by other programs';
  throw new UserError(`${taken.join(' and ')} ${verb}`, `npm start -- ${options.join(' ')}`);
};
