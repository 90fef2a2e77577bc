import { afterEach, describe, expect, test } from '@jest/globals';
import { Agent, request } from 'node:http';
import { createBlueGreen } from '#test/helpers/blue-green';
import type { BlueGreen } from '#test/helpers/blue-green';
import { cleanUpBalancers, portOf, serve } from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { cleanUpWorlds, startWorld } from '#test/unit/localcloud/services/autoscaling/world';

afterEach(async () => {
  await cleanUpWorlds();
  await cleanUpBalancers();
});

const CLIENTS = 40;

const get = (port: number, agent: Agent): Promise<string> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, agent }, (answer) => {
      let body = String(answer.statusCode);
      answer.on('data', (chunk: Buffer) => (body += ` ${chunk.toString()}`));
      answer.on('end', () => resolve(body));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });

/** Sends requests over keep-alive connections; answers how many there were of each answer. */
const spread = async (world: BlueGreen, requests: number): Promise<Map<string, number>> => {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const counts = new Map<string, number>();
  let sent = 0;
  const client = async (): Promise<void> => {
    while (sent < requests) {
      sent += 1;
      const answer = await get(world.port, agent);
      counts.set(answer, (counts.get(answer) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  agent.destroy();
  return counts;
};

const startTwoColours = async (): Promise<BlueGreen> => {
  const portsOf = async (name: string): Promise<number[]> => {
    const servers = [name, name].map((colour) => serve((_, response) => response.end(colour)));
    return (await Promise.all(servers)).map(portOf);
  };
  const { elb } = await startWorld();
  return createBlueGreen(elb, {
    bluePorts: await portsOf('blue'),
    greenPorts: await portsOf('green'),
    delaySeconds: 0,
  });
};

/** Standard deviation of how many of the requests take a share of them. */
const sigma = (requests: number, share: number): number => Math.sqrt(requests * share * (1 - share));

describe('weights', () => {
  test('10,000 requests split 90:10, 50:50 and 99:1 within three sigma of the binomial', async () => {
    const world = await startTwoColours();
    for (const [blue, green] of [
      [90, 10],
      [50, 50],
      [99, 1],
    ] as const) {
      await world.weights(blue, green);
      const counts = await spread(world, 10_000);
      expect([...counts.keys()].toSorted()).toEqual(['200 blue', '200 green']);
      const expected = green * 100;
      expect(Math.abs((counts.get('200 green') ?? 0) - expected)).toBeLessThanOrEqual(
        3 * sigma(10_000, green / 100),
      );
    }
  }, 240_000);

  test('a weight of 0 gets no request at all, and any sum of weights is a share', async () => {
    const world = await startTwoColours();
    expect([...(await spread(world, 1_000)).keys()]).toEqual(['200 blue']);
    await world.weights(0, 1);
    expect([...(await spread(world, 1_000)).keys()]).toEqual(['200 green']);
    await world.weights(999, 333);
    const green = (await spread(world, 1_000)).get('200 green') ?? 0;
    expect(Math.abs(green - 250)).toBeLessThanOrEqual(3 * sigma(1_000, 0.25));
  });

  test('hold for few requests between many changes of the same rule', async () => {
    const world = await startTwoColours();
    let green = 0;
    for (let index = 0; index < 300; index += 1) {
      await world.weights(50, 50);
      green += (await spread(world, 1)).get('200 green') ?? 0;
    }
    // Every change begins anew, by chance: three sigma would fail once in 370 runs.
    expect(Math.abs(green - 150)).toBeLessThanOrEqual(5 * sigma(300, 0.5));
  });
});
