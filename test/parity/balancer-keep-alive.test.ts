import { afterEach, describe, expect, test } from '@jest/globals';
import { Agent, createServer, request } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as pace } from 'node:timers/promises';
import {
  addTarget,
  cleanUpBalancers,
  listen,
  portOf,
  startBalancer,
} from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { eventually } from '#test/unit/localcloud/services/autoscaling/eventually';

afterEach(cleanUpBalancers);

const statusOf = (port: number, agent: Agent, method: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, agent, method }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    outgoing.on('error', reject);
    outgoing.end(method === 'POST' ? 'body' : undefined);
  });

/** Sends requests at once; answers how many there were of each status. */
const wave = async (
  size: number,
  port: number,
  agent: Agent,
  method = 'GET',
): Promise<Record<number, number>> => {
  const counts: Record<number, number> = {};
  const statuses = await Promise.all(Array.from({ length: size }, () => statusOf(port, agent, method)));
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

const IDLE_MILLISECONDS = 60;
const WAVE = 500;
const WAVES = 80;

describe('L01 keep-alive', () => {
  test('L01 a target that closes idle connections just as they are used again costs no request', async () => {
    const { balancer, port } = await startBalancer();
    // Without a Keep-Alive header: nothing tells the balancer how long this target waits.
    const target = createTcpServer((socket: Socket) => {
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('timeout', () => socket.end());
      socket.on('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        // Only from the first answer on, as every server's keep-alive: closing a new connection unread is another fault.
        socket.setTimeout(IDLE_MILLISECONDS);
      });
    });
    await listen(target);
    addTarget(balancer, 'blue', portOf(target));
    const agent = new Agent({ keepAlive: true, maxSockets: WAVE });
    const total: Record<number, number> = {};
    for (let index = 0; index < WAVES; index += 1) {
      const counts = await wave(WAVE, port, agent);
      for (const [status, count] of Object.entries(counts))
        total[Number(status)] = (total[Number(status)] ?? 0) + count;
      // From 10 ms before the target's time to 9 ms after it.
      await pace(IDLE_MILLISECONDS - 10 + (index % 20));
    }
    agent.destroy();
    expect(total).toEqual({ 200: WAVE * WAVES });
    // Else the race was never run.
    expect(balancer.pool('blue').counters.read().resent).toBeGreaterThan(0);
  }, 120_000);

  test('L01 the balancer lets go of an idle connection before an app that closes it after 5 s', async () => {
    const { balancer, port } = await startBalancer();
    const closedBy: string[] = [];
    const target = createServer((incoming, response) => {
      incoming.resume().on('end', () => response.end('ok'));
    });
    target.keepAliveTimeout = 5_000;
    let open = 0;
    target.on('connection', (socket) => {
      open += 1;
      socket.once('end', () => closedBy.push('balancer'));
      socket.once('close', () => {
        open -= 1;
      });
    });
    await listen(target);
    addTarget(balancer, 'blue', portOf(target));
    const agent = new Agent({ keepAlive: true, maxSockets: 200 });
    const startedAt = performance.now();
    expect(await wave(200, port, agent, 'POST')).toEqual({ 200: 200 });
    const opened = open;
    await eventually(() => open === 0, undefined, 4);
    expect(performance.now() - startedAt).toBeLessThan(4_500);
    expect(closedBy).toHaveLength(opened);
    expect(await wave(200, port, agent, 'POST')).toEqual({ 200: 200 });
    agent.destroy();
  }, 20_000);
});
