import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EnvironmentRecord, Release, ReleaseRecord } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { readWeights } from '#pipeline/traffic/app-rule';
import { connectFakeSlack, SIGNING_SECRET } from '#test/helpers/connect-fake-slack';
import { startFakeSlack } from '#test/helpers/fake-slack';
import type { FakeMessage, FakeSlack } from '#test/helpers/fake-slack';
import { readMachines } from '#cli/machines';
import { poll } from '#test/helpers/poll';
import { appOf, drop, dropAndWatch } from '#test/helpers/release';
import { signedClick } from '#test/helpers/signed-click';
import { newKilnState, startKiln } from '#test/helpers/start-kiln';
import type { RunningKiln } from '#test/helpers/start-kiln';
import { startTraffic } from '#test/helpers/traffic';
import type { Traffic } from '#test/helpers/traffic';

const MINUTE = 60_000;
const ANN = { id: 'U0ANN', name: 'ann' };

const ENVIRONMENTS = `
environments:
  - name: dev
    rollout: { settleSeconds: 1 }
    drainSeconds: 5
    warmBlueMinutes: 0
  - name: prod
    approval: { approvers: 1, users: [U0ANN] }
    rollout:
      steps:
        - { weight: 10, pauseSeconds: 1 }
        - { weight: 50, pauseSeconds: 1 }
        - { weight: 100, pauseSeconds: 1 }
      settleSeconds: 1
      deadlineSeconds: 240
      judge: { baselineErrorRatio: 0.001, detectErrorRatio: 0.05 }
    drainSeconds: 5
    warmBlueMinutes: 30
`;

/** Answers with its release; of every hundred requests to `/`, `failing` are errors. */
const app = (failing: number): Buffer =>
  appOf(`
    import { createServer } from 'node:http';
    const { KILN_RELEASE: release, PORT } = process.env;
    let requests = 0;
    createServer((request, response) => {
      const fails = request.url === '/' && (requests++ * ${failing}) % 100 < ${failing};
      response.writeHead(fails ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ release }));
    }).listen(Number(PORT));
  `);

let kiln: RunningKiln;
let slack: FakeSlack;

const prod = (): Promise<EnvironmentRecord | undefined> =>
  kiln.documents.read<EnvironmentRecord>(environmentKey('prod', 'hello'));

const waitFor = <T>(what: string, look: () => Promise<T | undefined>): Promise<T> =>
  poll(look, 4 * MINUTE, () => what);

/** The message that asks for a version's approval, with its buttons still on it. */
const askedFor = (version: string): Promise<FakeMessage> =>
  waitFor(`nobody was asked for ${version}`, async () =>
    slack
      .messages()
      .find(
        ({ blocks }) =>
          blocks.some(({ type }) => type === 'actions') && JSON.stringify(blocks).includes(version),
      ),
  );

const click = async (version: string, action: 'approve' | 'reject', user = ANN): Promise<void> => {
  const message = await askedFor(version);
  const answer = await signedClick({
    message,
    action,
    user,
    url: kiln.stack.slackInteractionUrl,
    signingSecret: SIGNING_SECRET,
  });
  expect(answer.status).toBe(200);
};

const statusIn = (release: Release, environment: string, statuses: readonly string[]) =>
  waitFor(`${release.version} is not ${statuses.join(' or ')} in ${environment}`, async () => {
    const record = await kiln.documents.read<ReleaseRecord>(releaseKey(release));
    const found = record?.environments?.[environment];
    return found !== undefined && statuses.includes(found.status) ? found : undefined;
  });

const weights = async (): Promise<Record<string, number>> => {
  const record = await prod();
  const found = await readWeights(record?.ruleArn ?? '', kiln.connection.balancing);
  const name = (arn: string): string => arn.split('/').at(-2) ?? arn;
  return Object.fromEntries(found.map(({ targetGroupArn, weight }) => [name(targetGroupArn), weight]));
};

beforeAll(async () => {
  slack = await startFakeSlack();
  kiln = await startKiln(await newKilnState(ENVIRONMENTS));
  await connectFakeSlack(slack, kiln);
}, 5 * MINUTE);

afterAll(async () => {
  await kiln?.stop();
  await slack?.stop();
}, MINUTE);

describe('dev → approval in Slack → prod', () => {
  let traffic: Traffic;

  test(
    'a release enters prod when somebody clicks Approve, with the very image that dev runs',
    async () => {
      const { record, outcome } = await dropAndWatch(kiln, 'apps/hello/1.0.0.zip', app(0));
      expect(outcome).toMatchObject({ kind: 'awaiting-approval', environment: 'prod' });
      expect((await prod())?.current).toBeUndefined();

      // Somebody who may not decide is told so and changes nothing.
      await click('1.0.0', 'approve', { id: 'U0EVE', name: 'eve' });
      await waitFor('nobody told eve', async () => slack.whispers().find(({ user }) => user === 'U0EVE'));
      expect((await prod())?.current).toBeUndefined();

      await click('1.0.0', 'approve');
      await statusIn(record, 'prod', ['live']);
      const dev = await kiln.documents.read<EnvironmentRecord>(environmentKey('dev', 'hello'));
      expect((await prod())?.current).toMatchObject({ imageId: dev?.current?.imageId, version: '1.0.0' });
      await waitFor('the message does not say who approved', async () =>
        slack.messages().find(({ blocks }) => {
          const text = JSON.stringify(blocks);
          return text.includes('U0ANN') && !text.includes('"type":"actions"');
        }),
      );
    },
    8 * MINUTE,
  );

  test(
    'the next one is shifted in steps under 30 requests a second, and taken back in seconds, without a failed request',
    async () => {
      traffic = startTraffic(kiln.stack.environments.at(-1)?.url ?? '', { perSecond: 30, connections: 12 });
      const { record } = await dropAndWatch(kiln, 'apps/hello/2.0.0.zip', app(0));
      await click('2.0.0', 'approve');
      const seen = new Set<string>();
      await waitFor('2.0.0 is not live in prod', async () => {
        seen.add(JSON.stringify(Object.values(await weights()).toSorted((a, b) => a - b)));
        const found = await kiln.documents.read<ReleaseRecord>(releaseKey(record));
        return found?.environments?.['prod']?.status === 'live' ? true : undefined;
      });
      expect([...seen]).toEqual(expect.arrayContaining(['[10,90]', '[50,50]', '[0,100]']));
      expect((await prod())?.warm?.deployment.version).toBe('1.0.0');

      const before = traffic.answered()['1.0.0'] ?? 0;
      const started = performance.now();
      await kiln.connection.states.send(
        new StartExecutionCommand({
          stateMachineArn: kiln.stack.rollbackStateMachineArn,
          input: JSON.stringify({ app: 'hello', environment: 'prod', requestedBy: 'ann' }),
        }),
      );
      await waitFor('prod did not go back', async () =>
        (await prod())?.current?.version === '1.0.0' ? true : undefined,
      );
      expect(Object.values(await weights())).toEqual([100]);
      expect((performance.now() - started) / 1000).toBeLessThan(30);
      await waitFor('1.0.0 answers nobody', async () =>
        (traffic.answered()['1.0.0'] ?? 0) > before + 30 ? true : undefined,
      );
      await statusIn(record, 'prod', ['rolled-back']);
    },
    8 * MINUTE,
  );

  test(
    'one that answers 5 % errors is caught in the 10 % step and rolled back by itself',
    async () => {
      const release = await drop(kiln, 'apps/hello/3.0.0.zip', app(5));
      await click('3.0.0', 'approve');
      const shares = new Set<number>();
      const found = await waitFor('3.0.0 was not caught', async () => {
        for (const share of Object.values(await weights())) shares.add(share);
        const record = await kiln.documents.read<ReleaseRecord>(releaseKey(release));
        const inProd = record?.environments?.['prod'];
        return inProd !== undefined && ['rolled-back', 'live'].includes(inProd.status) ? inProd : undefined;
      });
      expect(found).toMatchObject({ status: 'rolled-back', reason: 'StepJudgedBad' });
      expect(found.message).toContain('at 10 % of the traffic');
      expect([...shares]).not.toContain(50);
      expect((await prod())?.current?.version).toBe('1.0.0');

      await waitFor('machines of 3.0.0 or 2.0.0 are left in prod', async () => {
        const machines = await readMachines(kiln.connection);
        const left = machines.filter(({ environment }) => environment === 'prod');
        return left.length === 2 && left.every(({ release: version }) => version === '1.0.0')
          ? true
          : undefined;
      });
      const report = await traffic.stop();
      // What the judge let through of the bad release is all that failed.
      expect(report.failures.filter((failure) => !/ 500 .*3\.0\.0/.test(failure))).toEqual([]);
      expect(report.failures.length).toBeLessThan(report.requests * 0.01);
      expect(Object.keys(report.byRelease).toSorted()).toEqual(['1.0.0', '2.0.0', '3.0.0']);
    },
    8 * MINUTE,
  );
});
