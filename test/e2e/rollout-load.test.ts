import { afterEach, describe, expect, test } from '@jest/globals';
import { createBlueGreen } from '#test/helpers/blue-green';
import type { BlueGreen } from '#test/helpers/blue-green';
import { startColourTarget } from '#test/helpers/colour-target';
import { openChat } from '#test/helpers/open-chat';
import { poll } from '#test/helpers/poll';
import { startUpload } from '#test/helpers/start-upload';
import type { Upload } from '#test/helpers/start-upload';
import { startTraffic } from '#test/helpers/traffic';
import type { Traffic } from '#test/helpers/traffic';
import { cleanUpBalancers } from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { cleanUpWorlds, startWorld } from '#test/unit/localcloud/services/autoscaling/world';
import { healthOf } from '#test/unit/localcloud/services/elasticloadbalancing/elb-under-test';

const MINUTE = 60_000;
const PER_SECOND = 700;
const DELAY_SECONDS = 15;
const GROUP_SIZE = 3;

/** A share of the traffic for green, and for how many requests it is kept. */
interface Step {
  readonly greenPercent: number;
  readonly requests: number;
}

/** What was answered while a step's weights were in effect. */
interface StepCounts {
  readonly greenPercent: number;
  readonly blue: number;
  readonly green: number;
}

const STEPS: readonly Step[] = [
  { greenPercent: 0, requests: 7_000 },
  { greenPercent: 10, requests: 16_000 },
  { greenPercent: 50, requests: 16_000 },
  { greenPercent: 100, requests: 10_000 },
];

// Answers to requests that were routed by the weights before come in meanwhile.
const SETTLE_REQUESTS = PER_SECOND;

let traffic: Traffic | undefined;

afterEach(async () => {
  await traffic?.stop();
  await cleanUpWorlds();
  await cleanUpBalancers();
}, MINUTE);

const colours = (traffic: Traffic): { blue: number; green: number } => {
  const { blue = 0, green = 0 } = traffic.answered();
  return { blue, green };
};

const answerMore = async (traffic: Traffic, requests: number): Promise<void> => {
  const total = (): number => Object.values(traffic.answered()).reduce((sum, count) => sum + count, 0);
  const until = total() + requests;
  await poll(
    () => {
      expect(traffic.failures()).toEqual([]);
      return total() >= until ? true : undefined;
    },
    2 * MINUTE,
    () => `${total()} requests answered, waiting for ${until}`,
  );
};

/** Takes traffic from blue to green step by step; answers what each step's weights led to. */
const shiftThrough = async (
  world: BlueGreen,
  steps: readonly Step[],
  traffic: Traffic,
): Promise<StepCounts[]> => {
  const counts: StepCounts[] = [];
  for (const { greenPercent, requests } of steps) {
    await world.weights(100 - greenPercent, greenPercent);
    await answerMore(traffic, SETTLE_REQUESTS);
    const before = colours(traffic);
    await answerMore(traffic, requests);
    const after = colours(traffic);
    counts.push({ greenPercent, blue: after.blue - before.blue, green: after.green - before.green });
  }
  return counts;
};

/** Sends another MiB every two seconds or so, until it is told to finish. */
const sendWhile = (upload: Upload, traffic: Traffic): { finish(): Promise<void> } => {
  const done = new AbortController();
  const send = async (): Promise<void> => {
    while (!done.signal.aborted) {
      await upload.send(1);
      await answerMore(traffic, 2 * PER_SECOND);
    }
  };
  const sent = send();
  return {
    finish: async () => {
      done.abort();
      await sent;
      await upload.send(1);
    },
  };
};

const startGroup = (colour: string) =>
  Promise.all(Array.from({ length: GROUP_SIZE }, () => startColourTarget(colour)));

describe('a rollout under load', () => {
  test(
    'loses none of 60,000 requests through blue, 10, 50, 100 and drain, and splits them by the weights',
    async () => {
      const blue = await startGroup('blue');
      const green = await startGroup('green');
      const { elb } = await startWorld();
      const world = await createBlueGreen(elb, {
        bluePorts: blue.map(({ port }) => port),
        greenPorts: green.map(({ port }) => port),
        delaySeconds: DELAY_SECONDS,
        // Longer than the whole rollout: the long requests and the WebSocket say nothing meanwhile.
        idleSeconds: 600,
      });
      const chat = await openChat(world.port);
      const upload = startUpload(world.url);
      const long = Array.from({ length: 10 }, async () => (await fetch(`${world.url}slow`)).text());
      traffic = startTraffic(`${world.url}release`, { perSecond: PER_SECOND, connections: 64 });
      const uploading = sendWhile(upload, traffic);

      const counts = await shiftThrough(world, STEPS, traffic);
      await world.deregister(world.blue);
      chat.send('across');
      await uploading.finish();
      for (const { held } of blue) for (const response of held) response.end('blue, at last');
      const [uploaded, answers] = [await upload.end(), await Promise.all(long)];
      await poll(
        async () => ((await healthOf(elb, world.blue.arn)).length === 0 ? true : undefined),
        2 * DELAY_SECONDS * 1_000,
        () => 'blue has not drained',
      );
      for (const target of blue) target.terminate();
      await answerMore(traffic, SETTLE_REQUESTS);
      const report = await traffic.stop();

      expect(uploaded).toBe(`blue ${upload.digest()}`);
      expect(answers).toEqual(Array.from({ length: 10 }, () => 'blue, at last'));
      expect(chat.replies).toEqual(['blue across']);
      expect(report.failures).toEqual([]);
      expect(report.requests).toBeGreaterThanOrEqual(60_000);
      expect(report.requests / report.secondsTaken).toBeGreaterThanOrEqual(200);
      for (const step of counts) {
        const share = step.greenPercent / 100;
        const all = step.blue + step.green;
        expect(Math.abs(step.green - all * share)).toBeLessThanOrEqual(
          3 * Math.sqrt(all * share * (1 - share)),
        );
      }
    },
    6 * MINUTE,
  );
});
