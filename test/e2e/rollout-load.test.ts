import {
  DescribeListenersCommand,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readWeights } from '#pipeline/traffic/app-rule';
import { readTargetHealth } from '#pipeline/traffic/target-group';
import { expectAtRest } from '#test/helpers/at-rest';
import { startLightKiln } from '#test/helpers/light-kiln';
import type { LightKiln } from '#test/helpers/light-kiln';
import type { LightMachine } from '#test/helpers/light-machines';
import { openChat } from '#test/helpers/open-chat';
import { poll } from '#test/helpers/poll';
import { startUpload } from '#test/helpers/start-upload';
import type { Upload } from '#test/helpers/start-upload';
import { startTraffic } from '#test/helpers/traffic';
import type { Traffic } from '#test/helpers/traffic';

const MINUTE = 60_000;
const PER_SECOND = 700;
const LEAST_REQUESTS = 60_000;
const BLUE = '1.0.0';
const GREEN = '2.0.0';
const LONG_REQUESTS = 12;
const ENVIRONMENTS = `
environments:
  - name: dev
    capacity: 1
    rollout: { settleSeconds: 0 }
    drainSeconds: 1
    warmBlueMinutes: 0
  - name: prod
    capacity: 3
    rollout:
      steps:
        - { weight: 10, pauseSeconds: 26 }
        - { weight: 50, pauseSeconds: 26 }
        - { weight: 100, pauseSeconds: 14 }
      settleSeconds: 2
      deadlineSeconds: 30
      judge: { baselineErrorRatio: 0.001, detectErrorRatio: 0.05 }
    drainSeconds: 20
    warmBlueMinutes: 0
`;

// Answers to requests that were routed by the weights before come in meanwhile.
const SETTLE_REQUESTS = PER_SECOND;
const LOOK_REQUESTS = PER_SECOND / 10;
/** Before green comes. */
const BLUE_REQUESTS = 10 * PER_SECOND;
const DRAINING_REQUESTS = 5 * PER_SECOND;
const LEAST_STEP_REQUESTS = 5_000;
/** More than enough for the steps: then the rollout hangs. */
const PATIENCE_REQUESTS = 100 * PER_SECOND;

/** Answers by colour. */
interface Answered {
  readonly blue: number;
  readonly green: number;
}

/** A share of the traffic for green, and what had been answered when it was first and last known to be in effect. */
interface Step {
  readonly greenPercent: number;
  readonly from: Answered;
  readonly to: Answered;
}

let kiln: LightKiln;
let traffic: Traffic | undefined;

const answeredBy = (traffic: Traffic): Answered => {
  const { [BLUE]: blue = 0, [GREEN]: green = 0 } = traffic.answered();
  return { blue, green };
};

const total = ({ blue, green }: Answered): number => blue + green;

const answerMore = async (traffic: Traffic, requests: number): Promise<void> => {
  const until = total(answeredBy(traffic)) + requests;
  await poll(
    () => {
      expect(traffic.failures()).toEqual([]);
      return total(answeredBy(traffic)) >= until ? true : undefined;
    },
    2 * MINUTE,
    () => `${total(answeredBy(traffic))} requests answered, waiting for ${until}`,
  );
};

/** Follows what the rule says until the rollout has taken blue out of it; answers what was answered at each share. */
const followShift = async (ruleArn: string, blueArn: string, traffic: Traffic): Promise<readonly Step[]> => {
  const steps: Step[] = [];
  const patience = total(answeredBy(traffic)) + PATIENCE_REQUESTS;
  while (total(answeredBy(traffic)) < patience) {
    // Taken before the look: what the look still finds was in effect for all of them.
    const to = answeredBy(traffic);
    const weights = await readWeights(ruleArn, kiln.connection.balancing);
    const blue = weights.find(({ targetGroupArn }) => targetGroupArn === blueArn);
    const sum = weights.reduce((all, { weight }) => all + weight, 0);
    const greenPercent = (100 * (sum - (blue?.weight ?? 0))) / sum;
    const last = steps.at(-1);
    if (last?.greenPercent === greenPercent) steps.splice(-1, 1, { ...last, to });
    else {
      await answerMore(traffic, SETTLE_REQUESTS);
      steps.push({ greenPercent, from: answeredBy(traffic), to: answeredBy(traffic) });
    }
    if (blue === undefined) return steps;
    await answerMore(traffic, LOOK_REQUESTS);
  }
  throw new Error(`blue still has a share after ${JSON.stringify(steps)}`);
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
  // Told by `finish`, also when it comes before.
  sent.catch(() => undefined);
  return {
    finish: async () => {
      done.abort();
      await sent;
      await upload.send(1);
    },
  };
};

/** The long requests and the WebSocket say nothing during the whole rollout: AWS's 60 s would end them. */
const stayConnected = async (): Promise<void> => {
  const { balancing } = kiln.connection;
  const { Listeners: [listener] = [] } = await balancing.send(
    new DescribeListenersCommand({ ListenerArns: [kiln.environment('prod').listenerArn] }),
  );
  await balancing.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn: listener?.LoadBalancerArn,
      Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '600' }],
    }),
  );
};

const machinesOf = (version: string): LightMachine[] =>
  kiln.machines.machines.filter(
    ({ guest }) => guest.environment === 'prod' && guest.release === version && guest.purpose === undefined,
  );

const draining = (targetGroupArn: string): Promise<true> =>
  kiln.waitFor('blue does not drain', async () => {
    const targets = await readTargetHealth(targetGroupArn, kiln.connection.balancing);
    return targets.every(({ TargetHealth }) => TargetHealth?.State === 'draining') ? true : undefined;
  });

const serving = (version: string) => [
  { app: 'hello', environment: 'dev', version: GREEN, machines: 1 },
  { app: 'hello', environment: 'prod', version, machines: 3 },
];

beforeAll(async () => {
  kiln = await startLightKiln(ENVIRONMENTS);
  await kiln.bake('hello', [BLUE, GREEN]);
  await kiln.succeeded(await kiln.promote('hello', BLUE, 'prod'));
  await expectAtRest(kiln, serving(BLUE));
  await stayConnected();
}, 2 * MINUTE);

afterAll(async () => {
  await traffic?.stop();
  await kiln?.stop();
}, MINUTE);

describe('a rollout under load', () => {
  test(
    'R06 loses none of 60,000 requests through blue, 10, 50, 100 and drain, and splits them by the weights; L04 I4 what takes long is not cut',
    async () => {
      const { url } = kiln.environment('prod');
      const { current, ruleArn = '' } = await kiln.record('hello', 'prod');
      const blueArn = current?.targetGroupArn ?? '';
      const chat = await openChat(Number(new URL(url).port));
      const upload = startUpload(url);
      const long = Array.from({ length: LONG_REQUESTS }, () =>
        fetch(`${url}/slow`)
          .then((answer) => answer.text())
          .catch(String),
      );
      traffic = startTraffic(url, { perSecond: PER_SECOND, connections: 64 });
      const uploading = sendWhile(upload, traffic);

      const promoted = answerMore(traffic, BLUE_REQUESTS).then(() => kiln.promote('hello', GREEN, 'prod'));
      const [steps, rollout] = await Promise.all([followShift(ruleArn, blueArn, traffic), promoted]);
      await kiln.succeeded(rollout);
      await draining(blueArn);
      await answerMore(traffic, DRAINING_REQUESTS);
      chat.send('across');
      await kiln.waitFor('the WebSocket does not answer', () =>
        Promise.resolve(chat.replies.length > 0 || chat.closed() ? true : undefined),
      );
      chat.end();
      await uploading.finish();
      const uploaded = await upload.end();
      for (const { held } of machinesOf(BLUE)) for (const response of held) response.end('blue, at last');
      const answers = await Promise.all(long);
      await kiln.waitFor('blue is not gone', () =>
        Promise.resolve(machinesOf(BLUE).every(({ gone }) => gone) ? true : undefined),
      );
      await answerMore(traffic, Math.max(SETTLE_REQUESTS, LEAST_REQUESTS - total(answeredBy(traffic))));
      const report = await traffic.stop();

      expect(uploaded).toBe(`${BLUE} ${upload.digest()}`);
      expect(answers).toEqual(Array.from({ length: LONG_REQUESTS }, () => 'blue, at last'));
      expect(chat.replies).toEqual([`${BLUE} across`]);
      expect(report.failures).toEqual([]);
      expect(report.requests).toBeGreaterThanOrEqual(LEAST_REQUESTS);
      expect(report.requests / report.secondsTaken).toBeGreaterThanOrEqual(200);
      expect(steps.map(({ greenPercent }) => greenPercent)).toEqual([0, 10, 50, 100]);
      for (const { greenPercent, from, to } of steps) {
        const share = greenPercent / 100;
        const all = total(to) - total(from);
        const green = to.green - from.green;
        expect(all).toBeGreaterThanOrEqual(LEAST_STEP_REQUESTS);
        expect(Math.abs(green - all * share)).toBeLessThanOrEqual(3 * Math.sqrt(all * share * (1 - share)));
      }
      await expectAtRest(kiln, serving(GREEN));
    },
    3 * MINUTE,
  );
});
