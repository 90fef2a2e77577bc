import { afterEach, describe, expect, test } from '@jest/globals';
import { createBlueGreen } from '#test/helpers/blue-green';
import { startColourTarget } from '#test/helpers/colour-target';
import { openChat } from '#test/helpers/open-chat';
import { startUpload } from '#test/helpers/start-upload';
import { cleanUpBalancers } from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { eventually } from '#test/unit/localcloud/services/autoscaling/eventually';
import { cleanUpWorlds, startWorld } from '#test/unit/localcloud/services/autoscaling/world';
import { healthOf, text } from '#test/unit/localcloud/services/elasticloadbalancing/elb-under-test';

afterEach(async () => {
  await cleanUpWorlds();
  await cleanUpBalancers();
});

const DELAY_SECONDS = 100;
const SPEED = 20;

/** Reads a response as it comes. */
const follow = async (url: string): Promise<{ received(): string; ended: Promise<'whole' | 'cut'> }> => {
  const response = await fetch(url);
  let received = '';
  const read = async (): Promise<void> => {
    for await (const chunk of response.body ?? []) received += Buffer.from(chunk).toString();
  };
  const ended = read().then(
    () => 'whole' as const,
    () => 'cut' as const,
  );
  return { received: () => received, ended };
};

describe('L04 what is under way across a shift', () => {
  test('L04 WebSocket, chunked, events and an upload of 100 MiB go on at blue, and are not cut before the delay', async () => {
    const blue = await startColourTarget('blue');
    const green = await startColourTarget('green');
    const { elb } = await startWorld(SPEED);
    const world = await createBlueGreen(elb, {
      bluePorts: [blue.port],
      greenPorts: [green.port],
      delaySeconds: DELAY_SECONDS,
    });
    const chat = await openChat(world.port);
    const events = await follow(`${world.url}events`);
    const chunks = await follow(`${world.url}chunks`);
    const upload = startUpload(world.url, 100);
    await upload.send(10);

    await world.weights(50, 50);
    await upload.send(20);
    await world.weights(0, 100);
    await upload.send(20);
    const drainingSince = performance.now();
    await world.deregister(world.blue);
    expect(await text(world.url)).toBe('green');
    await upload.send(50);
    expect(await upload.end()).toBe(`blue ${upload.digest()}`);

    for (const response of blue.open) response.write('blue 1\n\n');
    chat.send('still there?');
    await eventually(() => events.received() === 'blue 0\n\nblue 1\n\n');
    await eventually(() => chunks.received() === 'blue 0\n\nblue 1\n\n');
    blue.open[1]?.end();
    expect(await chunks.ended).toBe('whole');
    await eventually(() => chat.replies.join() === 'blue still there?');
    expect(chat.closed()).toBe(false);

    await eventually(() => chat.closed());
    expect(await events.ended).toBe('cut');
    expect(performance.now() - drainingSince).toBeGreaterThan((DELAY_SECONDS * 1_000) / SPEED - 100);
    expect(await healthOf(elb, world.blue.arn)).toEqual([]);
    const again = await openChat(world.port);
    again.send('hello');
    await eventually(() => again.replies.join() === 'green hello');
    again.end();
  }, 30_000);
});
