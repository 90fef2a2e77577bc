import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { approvalKey } from '#pipeline/approval/approval-record';
import type { ApprovalRecord } from '#pipeline/approval/approval-record';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import type { ReleaseRecord } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { messageKey } from '#pipeline/slack/message-store';
import { notifySlack } from '#pipeline/slack/notify-slack';
import type { KilnNews } from '#pipeline/slack/notify-slack';
import { createSlackClient } from '#pipeline/slack/slack-client';
import { startFakeSlack } from '#test/helpers/fake-slack';
import type { FakeSlack } from '#test/helpers/fake-slack';
import { instantClock } from '#test/helpers/instant-clock';
import { memoryDocuments } from '#test/helpers/memory-documents';
import type { MemoryDocuments } from '#test/helpers/memory-documents';
import { poll } from '#test/helpers/poll';
import { buttonOf } from '#test/helpers/signed-click';
import {
  anApproval,
  aReleaseRecord,
  anEnvironmentRecord,
  recordingLog,
  slackSettings,
} from '#test/helpers/slack-fixtures';
import type { RecordingLog } from '#test/helpers/slack-fixtures';

const approval = anApproval();
const release = aReleaseRecord({ status: 'rolling-out' });
const { approvalId, app, releaseId } = approval;
const requested: KilnNews = { announcement: 'approval.requested', app, approvalId, releaseId };
const progressed: KilnNews = { announcement: 'rollout.shifted', app, releaseId };

let slack: FakeSlack;
let documents: MemoryDocuments;
let log: RecordingLog;
let clock: ReturnType<typeof instantClock>;

beforeEach(async () => {
  slack = await startFakeSlack();
  log = recordingLog();
  clock = instantClock();
  documents = memoryDocuments({
    [approvalKey(approval)]: approval,
    [releaseKey(release)]: release,
    [ENVIRONMENTS_KEY]: { updatedAt: '', environments: [{ name: 'dev' }, { name: 'prod' }] },
  });
});

afterEach(async () => {
  await slack.stop();
});

const tell = (news: KilnNews, settings = { ...slackSettings, apiUrl: slack.apiUrl }): Promise<void> =>
  notifySlack(news, {
    documents,
    clock,
    log,
    settings: () => Promise.resolve(settings),
    connect: (found) => createSlackClient(found, log, { retries: 2, minTimeout: 1, maxTimeout: 2 }),
  });

const change = (patch: Partial<ApprovalRecord>) =>
  documents.update<ApprovalRecord>(approvalKey(approval), (found) => ({ ...approval, ...found, ...patch }));
const changeRelease = (patch: Partial<ReleaseRecord>) =>
  documents.update<ReleaseRecord>(releaseKey(release), (found) => ({ ...release, ...found, ...patch }));
const texts = () => slack.messages().map((message) => message.text);

describe('what Kiln tells Slack', () => {
  test('is nothing, and no error, while Slack is not connected', async () => {
    await notifySlack(requested, {
      documents,
      clock,
      log,
      settings: () => Promise.resolve(undefined),
      connect: () => {
        throw new Error('must not connect');
      },
    });
    expect(slack.calls()).toEqual([]);
  });

  test('is one message for an approval and one for its release, each rewritten in place', async () => {
    await tell(requested);
    expect(texts()).toHaveLength(2);
    await change({
      status: 'approved',
      decisions: [{ decision: 'approve', user: 'U0JANE', via: 'slack', at: '2026-01-01T00:30:00Z' }],
    });
    await tell({ ...requested, announcement: 'approval.granted' });
    const [first, second] = slack.messages();
    const shown = first?.text.includes('approved') === true ? first : second;
    expect(texts()).toHaveLength(2);
    expect(JSON.stringify(shown?.blocks)).toContain('<@U0JANE>');
    expect(shown?.blocks.map((block) => block.type)).not.toContain('actions');
  });

  test('does not speak of a decision before it counts', async () => {
    await tell({ ...requested, announcement: 'approval.decided' });
    expect(slack.calls()).toEqual([]);
  });

  test('says nothing new about an approval that nobody saw while it was open', async () => {
    await change({ status: 'superseded' });
    await tell({ announcement: 'approval.closed', app, approvalId });
    expect(slack.messages()).toEqual([]);
  });

  test('A09 two notifications at the same time post one message', async () => {
    await Promise.all(Array.from({ length: 5 }, () => tell(progressed)));
    expect(slack.calls().filter((method) => method === 'chat.postMessage')).toHaveLength(1);
    expect(texts()).toEqual(['hello 2.0.0: rolling out']);
  });

  test('A09 what changed while another notification was posting is shown', async () => {
    slack.fail({ kind: 'slow', milliseconds: 100 });
    const first = tell(progressed);
    await poll(
      () => slack.calls()[0],
      2000,
      () => 'no call',
    );
    await changeRelease({ status: 'live' });
    await Promise.all([first, tell({ ...progressed, announcement: 'rollout.finished' })]);
    expect(texts()).toEqual(['hello 2.0.0: live']);
  });

  test('a notification that was overtaken does not bring the past back', async () => {
    await tell(progressed);
    slack.fail({ kind: 'slow', milliseconds: 100 });
    const slow = tell(progressed);
    await poll(
      () => slack.calls()[1],
      2000,
      () => 'no second call',
    );
    await changeRelease({ status: 'live' });
    await tell({ ...progressed, announcement: 'rollout.finished' });
    await slow;
    expect(texts()).toEqual(['hello 2.0.0: live']);
  });

  test('A09 waits as long as a 429 says', async () => {
    slack.fail({ kind: 'rate-limited', retryAfterSeconds: 1 });
    const before = performance.now();
    await tell(progressed);
    expect(performance.now() - before).toBeGreaterThanOrEqual(1000);
    expect(texts()).toHaveLength(1);
  });

  test.each([{ kind: 'status', status: 500 }, { kind: 'down' }, { kind: 'reply-lost' }] as const)(
    'A09 asks again after $kind, and posts once',
    async (fault) => {
      slack.fail(fault);
      await tell(progressed);
      expect(slack.calls()).toEqual(['chat.postMessage', 'chat.postMessage']);
      expect(texts()).toHaveLength(1);
    },
  );

  test('A09 fails while Slack is down, so that Lambda tries again, and the next try posts one message', async () => {
    slack.fail({ kind: 'down' }, 3);
    await expect(tell(progressed)).rejects.toThrow();
    expect(texts()).toEqual([]);
    await tell(progressed);
    expect(texts()).toHaveLength(1);
  });

  test('A09 a message whose answers were all lost is found again by the next try', async () => {
    slack.fail({ kind: 'reply-lost' }, 3);
    await expect(tell(progressed)).rejects.toThrow();
    await tell(progressed);
    expect(texts()).toHaveLength(1);
  });

  test('a claim of a notification that died is taken over after 90 seconds', async () => {
    const key = messageKey({ kind: 'releases', app, id: releaseId });
    await documents.create(key, { generation: 1, claim: { owner: 'dead', at: clock.now().toISOString() } });
    await tell(progressed);
    expect(texts()).toEqual([]);
    await clock.delay(90_000);
    await tell(progressed);
    expect(texts()).toHaveLength(1);
  });

  test('an error that will not pass is logged once and not tried again', async () => {
    slack.fail({ kind: 'error', error: 'not_in_channel' });
    await tell(progressed);
    expect(slack.calls()).toHaveLength(1);
    expect(JSON.stringify(log.lines)).toContain('not_in_channel');
  });

  test('a message that somebody deleted is posted anew', async () => {
    await tell(progressed);
    slack.remove(slack.messages()[0]?.ts ?? '');
    await tell(progressed);
    expect(texts()).toHaveLength(1);
  });

  test('the message of a release whose place was taken says so', async () => {
    const former = aReleaseRecord({ releaseId: 'hello-1', version: '1.0.0', status: 'live' });
    await documents.create(releaseKey(former), former);
    await tell({ announcement: 'rollout.finished', app, releaseId: former.releaseId, environment: 'prod' });
    const at = '2026-01-01T00:10:00Z';
    await documents.update(releaseKey(former), (found) => ({
      ...found,
      environments: { prod: { status: 'replaced', at } },
    }));
    const retiring = [{ releaseId: former.releaseId, configurationDigest: '0' }];
    await documents.create(environmentKey('prod', app), anEnvironmentRecord({ retiring }));
    await tell({ ...progressed, announcement: 'rollout.finished', environment: 'prod' });
    expect(texts().toSorted()).toEqual(['hello 1.0.0: no longer serves', 'hello 2.0.0: rolling out']);
  });

  test('a message stays in the channel it was posted to', async () => {
    await tell(progressed);
    await tell(progressed, { ...slackSettings, apiUrl: slack.apiUrl, channel: 'C0OTHER' });
    expect(slack.messages().map(({ channel }) => channel)).toEqual(['C0RELEASES']);
  });

  test('A06 a decision that does not count is explained to the person alone', async () => {
    const refused: KilnNews = {
      ...requested,
      announcement: 'approval.refused',
      version: '2.0.0',
      environment: 'prod',
      user: 'U0JOE',
      via: 'slack',
      reason: 'already approved by <jane>',
    };
    await tell(requested);
    await tell(refused);
    expect(slack.whispers()).toEqual([
      {
        channel: 'C0RELEASES',
        user: 'U0JOE',
        text: 'Your decision on *hello 2.0.0 for prod* did not count: already approved by &lt;jane&gt;',
      },
    ]);
    await tell({ ...refused, via: 'cli', user: 'arn:aws:iam::1:user/joe' });
    expect(slack.whispers()).toHaveLength(1);
  });

  test('I19 neither messages nor log lines have a token in them', async () => {
    slack.fail({ kind: 'status', status: 500 }, 6);
    await expect(tell(requested)).rejects.toThrow();
    await tell(requested);
    const said = JSON.stringify([
      slack.messages(),
      log.lines,
      [...documents.all].filter(([key]) => key.startsWith('kiln/slack/')),
    ]);
    expect(said).not.toMatch(/secret-task-token|xoxb-test|current-secret/);
  });

  test('the message that asks has the buttons of its approval', async () => {
    await tell(requested);
    const message = slack.messages().find(({ text }) => text.includes('awaits approval'));
    expect(message).toBeDefined();
    if (message !== undefined) expect(buttonOf({ message, action: 'approve' }).value).toContain(approvalId);
  });
});
