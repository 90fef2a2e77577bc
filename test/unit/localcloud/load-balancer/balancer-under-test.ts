import { createServer, Server } from 'node:http';
import type { RequestListener } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import type { Server as NetServer, Socket } from 'node:net';
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { systemClock } from '#localcloud/clock';
import { createBalancedTarget } from '#localcloud/load-balancer/balanced-target';
import type { BalancedTarget } from '#localcloud/load-balancer/balanced-target';
import { createLoadBalancer } from '#localcloud/load-balancer/load-balancer';
import type { LoadBalancer } from '#localcloud/load-balancer/load-balancer';
import { createRandom } from '#localcloud/random';
import { freePort } from '#test/unit/localcloud/services/autoscaling/eventually';

const cleanUp: (() => Promise<void> | void)[] = [];

/** Ends everything that a test has started; for `afterEach`. */
export const cleanUpBalancers = async (): Promise<void> => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
};

/** The port that a server listens on. */
export const portOf = (server: NetServer): number => {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the server does not listen on a port');
  return address.port;
};

/** Has a server listen on a free port until the test ends. */
export const listen = async <S extends NetServer>(server: S): Promise<S> => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  cleanUp.push(() => {
    server.close();
    if (server instanceof Server) server.closeAllConnections();
  });
  return server;
};

/** Starts an HTTP target. */
export const serve = async (listener: RequestListener): Promise<Server> => listen(createServer(listener));

/** Adds a target to a group of the balancer. */
export const addTarget = (
  balancer: LoadBalancer,
  group: string,
  port: number,
  standing: BalancedTarget['standing'] = 'healthy',
): BalancedTarget => {
  const target = createBalancedTarget(`127.0.0.1:${port}`, () =>
    Promise.resolve({ host: '127.0.0.1', port }),
  );
  target.standing = standing;
  balancer.pool(group).targets.set(target.key, target);
  return target;
};

/** A forward action over groups with their weights. */
export const forward = (...weights: [string, number][]): Action => ({
  Type: 'forward',
  ForwardConfig: { TargetGroups: weights.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })) },
});

/** Starts a balancer with one listener and one action. */
export const startBalancer = async (
  action: Action = forward(['blue', 1]),
  idleSeconds = 60,
): Promise<{ balancer: LoadBalancer; port: number; url: string }> => {
  const balancer = createLoadBalancer({
    clock: systemClock,
    random: createRandom(),
    log: (_, message, fields) => {
      throw new Error(`${message} ${JSON.stringify(fields)}`);
    },
  });
  const port = await freePort();
  await balancer.open('listener', port, [{ conditions: [], actions: [action] }], () => idleSeconds);
  cleanUp.push(() => balancer.stop());
  return { balancer, port, url: `http://127.0.0.1:${port}` };
};

/** Sends bytes and answers all that comes back until the balancer closes the connection; `more` is sent once its cue came. */
export const exchangeRaw = (
  port: number,
  text: string,
  more?: { readonly once: string; readonly send: string },
): Promise<string> =>
  new Promise((resolve, reject) => {
    let received = '';
    let next = more;
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setTimeout(3_000, () => socket.destroy(new Error(`still open after: ${received}`)));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (next === undefined || !received.includes(next.once)) return;
      socket.write(next.send);
      next = undefined;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });

/** A target that is programmed byte by byte. */
export const serveRaw = async (onRequest: (socket: Socket) => void): Promise<number> => {
  const server = await listen(
    createTcpServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', () => onRequest(socket));
    }),
  );
  return portOf(server);
};
