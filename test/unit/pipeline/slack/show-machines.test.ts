import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chaosKey } from '#pipeline/chaos/chaos-record';
import type { ChaosKill, ChaosRecord } from '#pipeline/chaos/chaos-record';
import { budgetKey } from '#pipeline/disruption/budget-record';
import { endedMachineKey } from '#pipeline/machine/ended-machine';
import type { EndedMachine, EndReason } from '#pipeline/machine/ended-machine';
import type { EnvironmentRecord } from '#pipeline/model';
import type { RecyclingState } from '#pipeline/recycle/recycling-state';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { notifySlack } from '#pipeline/slack/notify-slack';
import type { KilnNews } from '#pipeline/slack/notify-slack';
import { createSlackClient } from '#pipeline/slack/slack-client';
import { startFakeSlack } from '#test/helpers/fake-slack';
import type { FakeSlack } from '#test/helpers/fake-slack';
import { instantClock } from '#test/helpers/instant-clock';
import { memoryDocuments } from '#test/helpers/memory-documents';
import type { MemoryDocuments } from '#test/helpers/memory-documents';
import { anEnvironmentRecord, recordingLog, slackSettings } from '#test/helpers/slack-fixtures';

const at = '2026-01-01T10:00:00Z';
const where = { app: 'hello', environment: 'prod' };
const groupName = 'kiln-hello-prod-1';
const failing: RecyclingState = { groupName, failures: 1, lastFailure: "'i-9' never became healthy" };

const kill: ChaosKill = {
  killId: 'prod/hello/2026-01-01',
  app: 'hello',
  groupName,
  instanceId: 'i-1',
  zone: 'eu-central-1a',
  kind: 'terminate',
  trigger: 'schedule',
  executionArn: 'arn:kill',
  at,
};

const ended = (reason: EndReason, more: Partial<EndedMachine> = {}): EndedMachine => ({
  ...where,
  instanceId: 'i-1',
  version: '1.0.0',
  releaseId: 'hello-1',
  zone: 'eu-central-1a',
  reason,
  detail: 'Client.InstanceInitiatedShutdown',
  launchedAt: '2026-01-01T09:00:00Z',
  endedAt: at,
  ageSeconds: 3600,
  ...more,
});

let slack: FakeSlack;
let documents: MemoryDocuments;

beforeEach(async () => {
  slack = await startFakeSlack();
  documents = memoryDocuments({});
});

afterEach(() => slack.stop());

const tell = (news: KilnNews): Promise<void> => {
  const log = recordingLog();
  return notifySlack(news, {
    documents,
    clock: instantClock(),
    log,
    settings: () => Promise.resolve({ ...slackSettings, apiUrl: slack.apiUrl }),
    connect: (found) => createSlackClient(found, log, { retries: 0, minTimeout: 1, maxTimeout: 2 }),
  });
};

const put = (key: string, value: object): Promise<unknown> => documents.update(key, () => value);
const recycles = (recycling?: RecyclingState): Promise<unknown> => {
  const record: EnvironmentRecord = anEnvironmentRecord(recycling === undefined ? {} : { recycling });
  return put(environmentKey('prod', 'hello'), record);
};
const kills = (record: Partial<ChaosRecord>): Promise<unknown> =>
  put(chaosKey('prod'), { environment: 'prod', updatedAt: at, kills: [], ...record });
const texts = () => slack.messages().map((message) => message.text);
const shown = () => JSON.stringify(slack.messages());

describe('recycling in Slack', () => {
  test('a replacement that never becomes healthy is told once, and that it goes on in the same message', async () => {
    await recycles(failing);
    await tell({ announcement: 'recycling.failed', ...where });
    expect(texts()).toEqual(['Machines of hello in prod could not be replaced']);
    expect(shown()).toContain("'i-9' never became healthy");
    await recycles({ ...failing, failures: 2 });
    await tell({ announcement: 'recycling.failed', ...where });
    expect(texts()).toHaveLength(1);
    expect(shown()).toContain('tried 2 times in a row');
    await recycles();
    await tell({ announcement: 'recycling.finished', ...where });
    expect(texts()).toEqual(['Machines of hello in prod are replaced again']);
  });

  test('a group that is blocked is told with what to do', async () => {
    await recycles({ ...failing, failures: 3, blockedSince: at });
    await tell({ announcement: 'recycling.blocked', ...where });
    expect(texts()).toEqual(['Machines of hello in prod are no longer replaced']);
    expect(shown()).toContain('`kiln recycle --unblock hello --env prod`');
  });

  test('a release that takes the place of the blocked one ends it', async () => {
    await recycles({ ...failing, failures: 3, blockedSince: at });
    await tell({ announcement: 'recycling.blocked', ...where });
    await recycles();
    await tell({ announcement: 'rollout.finished', ...where });
    expect(texts()).toEqual(['Machines of hello in prod are replaced again']);
  });

  test('a block that somebody lifts is called off at once, and a hold that is over', async () => {
    await recycles({ ...failing, failures: 3, blockedSince: at });
    await tell({ announcement: 'recycling.blocked', ...where });
    await recycles();
    await tell({ announcement: 'recycling.unblocked', ...where });
    expect(texts()).toEqual(['Machines of hello in prod are replaced again']);
    const held = { since: at, reason: "alarm 'pager' is on" };
    await put(budgetKey('prod'), { environment: 'prod', updatedAt: at, disruptions: [], held });
    await tell({ announcement: 'recycling.held', environment: 'prod' });
    await put(budgetKey('prod'), { environment: 'prod', updatedAt: at, disruptions: [] });
    await tell({ announcement: 'recycling.resumed', environment: 'prod' });
    expect(texts()).toEqual(['Machines of hello in prod are replaced again', 'Recycling goes on in prod']);
  });

  test('trouble after the end of trouble is another message', async () => {
    await recycles(failing);
    await tell({ announcement: 'recycling.failed', ...where });
    await recycles();
    await tell({ announcement: 'recycling.finished', ...where });
    await recycles(failing);
    await tell({ announcement: 'recycling.failed', ...where });
    expect(texts()).toEqual([
      'Machines of hello in prod are replaced again',
      'Machines of hello in prod could not be replaced',
    ]);
  });

  test('what goes well is not told', async () => {
    await recycles();
    for (const announcement of ['recycling.started', 'recycling.finished', 'recycling.skipped'])
      await tell({ announcement, ...where, releaseId: 'hello-1' });
    expect(slack.calls()).toEqual([]);
  });

  test('a hold is told, and that recycling goes on when the next machine is recycled', async () => {
    const held = { since: at, reason: '80 % of the machines are overdue, at most 50 % are believed' };
    await put(budgetKey('prod'), { environment: 'prod', updatedAt: at, disruptions: [], held });
    await tell({ announcement: 'recycling.held', environment: 'prod' });
    expect(texts()).toEqual(['Recycling holds in prod']);
    expect(shown()).toContain('80 % of the machines are overdue');
    await put(budgetKey('prod'), { environment: 'prod', updatedAt: at, disruptions: [] });
    await tell({ announcement: 'recycling.started', ...where });
    expect(texts()).toEqual(['Recycling goes on in prod']);
  });
});

describe('a hold in Slack', () => {
  test('is not told while the environment is switched off', async () => {
    const held = { since: at, reason: 'switched off' };
    await put(budgetKey('prod'), { environment: 'prod', updatedAt: at, disruptions: [], held });
    await tell({ announcement: 'recycling.held', environment: 'prod' });
    expect(slack.calls()).toEqual([]);
  });
});

describe('chaos in Slack', () => {
  const killed = { announcement: 'chaos.killed', ...where, killId: kill.killId };

  test('a kill is one message, rewritten with the time that the group took', async () => {
    await kills({ kills: [kill] });
    await tell(killed);
    expect(texts()).toEqual(['Chaos took a machine of hello in prod']);
    expect(shown()).toContain('the group replaces it');
    await kills({ kills: [{ ...kill, wholeAt: at, recoverySeconds: 23.4 }] });
    await tell({ ...killed, announcement: 'chaos.recovered' });
    expect(texts()).toHaveLength(1);
    expect(shown()).toContain('the group was whole again after *23 s*');
  });

  test('a group that does not become whole is told', async () => {
    await kills({ kills: [kill] });
    await tell({ ...killed, announcement: 'chaos.unrecovered' });
    expect(shown()).toContain('the group is not whole yet');
  });

  test('a drill of a zone names who and every machine, and which of them was gone already', async () => {
    const drill = { ...kill, killId: 'drill/1', trigger: 'drill', by: 'jane' } as const;
    await kills({ kills: [drill, { ...drill, instanceId: 'i-2', missed: "'i-2' was gone" }] });
    await tell({ ...killed, killId: 'drill/1' });
    expect(texts()).toEqual(['Chaos took 2 machines of hello in prod']);
    expect(shown()).toContain('a drill by jane');
    expect(shown()).toContain("`i-2` in eu-central-1a: 'i-2' was gone");
  });

  test('the leash is told as what would have been', async () => {
    const leashed = [{ killId: kill.killId, app: 'hello', instanceId: 'i-1', at }] as const;
    await kills({ leashed });
    await tell({ ...killed, announcement: 'chaos.leashed' });
    expect(texts()).toEqual(['On the leash: chaos would have taken a machine of hello in prod']);
  });

  test('a kill that the document does not know is not told', async () => {
    await tell(killed);
    expect(slack.calls()).toEqual([]);
  });
});

describe('machines that ended in Slack', () => {
  const tellOf = async (machine: EndedMachine): Promise<void> => {
    await put(endedMachineKey(machine), machine);
    const { instanceId, releaseId } = machine;
    await tell({ announcement: 'machine.ended', ...where, instanceId, releaseId });
  };

  test.each(['unhealthy', 'dead-man', 'app-ended', 'interrupted'] as const)(
    'that nobody planned are told: %s',
    async (reason) => {
      await tellOf(ended(reason));
      expect(shown()).toContain('A machine of hello in prod ');
      expect(shown()).toContain('kiln ps --console i-1');
    },
  );

  test.each(['release', 'age', 'chaos', 'capacity', 'smoke-test', 'by-hand'] as const)(
    'by somebody’s doing are not: %s',
    async (reason) => {
      await tellOf(ended(reason));
      expect(slack.calls()).toEqual([]);
    },
  );

  test('of a crash loop are one message an hour', async () => {
    await tellOf(ended('app-ended'));
    await tellOf(ended('app-ended', { instanceId: 'i-2', endedAt: '2026-01-01T10:59:00Z' }));
    expect(texts()).toHaveLength(1);
    expect(shown()).toContain('`i-2`');
    await tellOf(ended('app-ended', { instanceId: 'i-3', endedAt: '2026-01-01T11:00:00Z' }));
    expect(texts()).toHaveLength(2);
  });
});
