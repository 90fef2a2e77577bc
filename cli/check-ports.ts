import { createServer } from 'node:net';
import { UserError } from './user-error.ts';

/** Whether nobody listens on a TCP port of 127.0.0.1. */
export const isPortFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** The ports that Kiln listens on, both of 127.0.0.1. */
export interface KilnPorts {
  readonly port: number;
  readonly listenerPort: number;
}

/** Makes sure that both ports can be had. @throws UserError naming the one that is taken, and the option for another */
export const checkPorts = async ({ port, listenerPort }: KilnPorts): Promise<void> => {
  if (port === listenerPort) {
    throw new UserError(
      `port ${port} cannot be both the local cloud's and the dev environment's`,
      'npm start -- --port 4566 --listener-port 8080',
    );
  }
  if (!(await isPortFree(port))) {
    throw new UserError(
      `port ${port} of 127.0.0.1, for the local cloud, is in use by another program`,
      `npm start -- --port ${port + 1}`,
    );
  }
  if (!(await isPortFree(listenerPort))) {
    throw new UserError(
      `port ${listenerPort} of 127.0.0.1, where the dev environment answers, is in use by another program`,
      `npm start -- --listener-port ${listenerPort + 1}`,
    );
  }
};
