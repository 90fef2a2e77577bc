import { afterEach, describe, expect, test } from '@jest/globals';
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import {
  addTarget,
  cleanUpBalancers,
  portOf,
  serve,
  startBalancer,
} from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { eventually } from '#test/unit/localcloud/services/autoscaling/eventually';

afterEach(cleanUpBalancers);

describe('a hostile client', () => {
  test('that goes away ends the request at the target', async () => {
    const { balancer, port } = await startBalancer();
    let gone = false;
    let arrived = false;
    const target = await serve((incoming: IncomingMessage) => {
      arrived = true;
      incoming.on('close', () => {
        gone = true;
      });
    });
    const live = addTarget(balancer, 'blue', portOf(target));
    const agent = new Agent();
    const outgoing = request({ port, host: '127.0.0.1', agent });
    outgoing.on('error', () => undefined);
    outgoing.end();
    await eventually(() => arrived);
    outgoing.destroy();
    await eventually(() => gone);
    expect(live.exchanges.size).toBe(0);
  });
});
