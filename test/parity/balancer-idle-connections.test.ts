import { afterEach, describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { createBlueGreen } from '#test/helpers/blue-green';
import { startColourTarget } from '#test/helpers/colour-target';
import { startKillableCloud } from '#test/helpers/killable-cloud';
import { openChat } from '#test/helpers/open-chat';
import {
  cleanUpBalancers,
  forward,
  startBalancer,
} from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { eventually } from '#test/unit/localcloud/services/autoscaling/eventually';
import {
  createBalancer,
  createListener,
  fixed,
  text,
} from '#test/unit/localcloud/services/elasticloadbalancing/elb-under-test';

const cleanUp: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
  await cleanUpBalancers();
});

/** Opens connections that say `first`; answers them with the number that the other side has closed. */
const openMany = async (port: number, count: number, first: string) => {
  let closed = 0;
  const open = (): Promise<Socket> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(first);
        resolve(socket);
      });
      socket.on('error', () => resolve(socket));
      socket.on('close', () => {
        closed += 1;
      });
      cleanUp.push(() => void socket.destroy());
    });
  const sockets: Socket[] = [];
  while (sockets.length < count)
    sockets.push(...(await Promise.all(Array.from({ length: Math.min(500, count - sockets.length) }, open))));
  return { sockets, closed: () => closed };
};

const secondsFor = async (url: string, wanted: string): Promise<number> => {
  const startedAt = performance.now();
  expect(await text(url)).toBe(wanted);
  return (performance.now() - startedAt) / 1_000;
};

const startElb = async (openFiles?: number) => {
  const cloud = await startKillableCloud({
    fixture: 'balancer-process',
    ...(openFiles === undefined ? {} : { openFiles }),
  });
  cleanUp.push(() => cloud.end());
  return new ElasticLoadBalancingV2(cloud.clientConfig);
};

describe('L10 idle connections', () => {
  test.each([
    ['10,000 connections', undefined, 9_000, 1_000],
    ['4,000 connections to a process that may have 1,500 open', 1_500, 3_000, 1_000],
  ])(
    'L10 %s keep nobody from being served, here or elsewhere',
    async (_, openFiles, silent, slow) => {
      const blue = await startColourTarget('blue');
      const elb = await startElb(openFiles);
      const world = await createBlueGreen(elb, { bluePorts: [blue.port], greenPorts: [], delaySeconds: 0 });
      const other = await createListener(elb, await createBalancer(elb, 'other'));
      await openMany(world.port, silent, '');
      const loris = await openMany(world.port, slow, 'GET / HTTP/1.1\r\nHost: a\r\nX');
      for (const socket of loris.sockets) if (socket.writable) socket.write('x');
      expect(await secondsFor(other.url, 'default')).toBeLessThan(1);
      for (let index = 0; index < 20; index += 1) expect(await secondsFor(world.url, 'blue')).toBeLessThan(1);
      await elb.modifyListener({ ListenerArn: other.arn, DefaultActions: [fixed('changed')] });
      expect(await secondsFor(other.url, 'changed')).toBeLessThan(1);
    },
    60_000,
  );

  test('L10 a connection with a request or a WebSocket under way is never closed for an idle one', async () => {
    const blue = await startColourTarget('blue');
    const elb = await startElb(1_500);
    const world = await createBlueGreen(elb, { bluePorts: [blue.port], greenPorts: [], delaySeconds: 0 });
    const chat = await openChat(world.port);
    const long = fetch(`${world.url}slow`);
    await eventually(() => blue.held.length === 1);
    const flood = await openMany(world.port, 2_000, '');
    await eventually(() => flood.closed() > 1_000);
    chat.send('hello');
    await eventually(() => chat.replies.join() === 'blue hello');
    chat.end();
    blue.held[0]?.end('late');
    expect(await (await long).text()).toBe('late');
  }, 60_000);
});

describe('L10 slow headers', () => {
  test('L10 a request header that does not end within the idle time-out is answered with 408 and closed', async () => {
    const { port } = await startBalancer(forward(['blue', 1]), 1);
    const received = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n'));
      const drip = setInterval(() => socket.write('X: 1\r\n'), 100);
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearInterval(drip);
        resolve(text);
      });
    });
    expect(received).toMatch(/^HTTP\/1.1 408 /);
  }, 15_000);
});
