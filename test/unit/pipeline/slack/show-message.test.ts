import { describe, expect, test } from '@jest/globals';
import { showMessage } from '#pipeline/slack/show-message';
import type { SlackClient } from '#pipeline/slack/slack-client';
import { section } from '#pipeline/slack/slack-message';
import { instantClock } from '#test/helpers/instant-clock';
import { memoryDocuments } from '#test/helpers/memory-documents';
import { recordingLog } from '#test/helpers/slack-fixtures';

const SEED = Date.now() % 1_000_000;
const RUNS = 200;
const subject = { kind: 'releases', app: 'hello', id: 'hello-1' } as const;

/** Mulberry32: small, and good enough to shuffle with. */
const randomOf = (seed: number) => () => {
  let value = (seed = (seed + 0x6d_2b_79_f5) | 0);
  value = Math.imul(value ^ (value >>> 15), value | 1);
  value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
  return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
};

/** Slack whose calls take effect, and answer, after random times; what it shows is by message id. */
const shufflingSlack = (random: () => number) => {
  const shown = new Map<string, string>();
  let posts = 0;
  const turns = async (): Promise<void> => {
    for (let turn = Math.floor(random() * 30); turn > 0; turn -= 1) await Promise.resolve();
  };
  const client: SlackClient = {
    post: async (channel, { text }) => {
      await turns();
      posts += 1;
      shown.set(String(posts), text);
      await turns();
      return { channel, ts: String(posts) };
    },
    update: async ({ ts }, { text }) => {
      await turns();
      shown.set(ts, text);
      await turns();
      return true;
    },
    whisper: () => Promise.resolve(),
  };
  return { client, shown, turns };
};

const run = async (seed: number): Promise<readonly string[]> => {
  const random = randomOf(seed);
  const { client, shown, turns } = shufflingSlack(random);
  const deps = { client, documents: memoryDocuments(), clock: instantClock(), log: recordingLog() };
  let state = 0;
  const render = async () => {
    await turns();
    const text = `state ${state}`;
    return { message: { text, blocks: [section([text])] }, worthPosting: true };
  };
  const notifications: Promise<void>[] = [];
  for (let event = 0; event < 6; event += 1) {
    state += 1;
    notifications.push(showMessage({ subject, channel: 'C0', render }, deps));
    await turns();
  }
  const results = await Promise.allSettled(notifications);
  // Lambda tries again what failed.
  if (results.some(({ status }) => status === 'rejected'))
    await showMessage({ subject, channel: 'C0', render }, deps);
  return [...shown.values()];
};

describe('notifications that come at the same time', () => {
  test('leave one message with the last state, in whatever order Slack sees them', async () => {
    for (let index = 0; index < RUNS; index += 1) {
      expect({ seed: SEED + index, shown: await run(SEED + index) }).toEqual({
        seed: SEED + index,
        shown: ['state 6'],
      });
    }
  });
});
