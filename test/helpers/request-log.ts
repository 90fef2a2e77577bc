import { request } from 'node:http';
import type { Agent } from 'node:http';
import { steadyAgent } from '#cli/chaos/steady-agent';
import { poll } from './poll.ts';

// As long as the balancer waits for a target that says nothing: what a client sees is the balancer's doing.
const ANSWER_TIMEOUT_MILLISECONDS = 60_000;

/** One request, times as of `performance.now()`. */
export interface LoggedRequest {
  readonly begunAt: number;
  /** Absent while there is neither an answer nor a failure. */
  endedAt?: number;
  /** Who answered it with 200. */
  instance?: string;
  /** Any other answer, or how the connection broke. */
  failure?: string;
}

/** Requests that go on until they are stopped, each with when it was sent and what became of it. */
export interface RequestLog {
  /** Those that began or ended after the time: what it could have harmed. */
  since(time: number): readonly LoggedRequest[];
  /** Waits until every request that began before the time has ended. */
  settled(time: number): Promise<void>;
  stop(): void;
}

const get = (url: string, agent: Agent): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const call = request(url, { agent, timeout: ANSWER_TIMEOUT_MILLISECONDS }, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    call.on('timeout', () => call.destroy(new Error('no answer')));
    call.on('error', reject);
    call.end();
  });

/**
 * Sends requests at a steady rate. One that gets no answer keeps none of the others waiting. The app answers with JSON whose
 * `instance` says which machine it is.
 */
export const startRequestLog = (url: string, perSecond: number): RequestLog => {
  const agent = steadyAgent();
  const started = performance.now();
  const log: LoggedRequest[] = [];

  const sendOne = async (): Promise<void> => {
    const entry: LoggedRequest = { begunAt: performance.now() };
    log.push(entry);
    try {
      const { status, body } = await get(url, agent);
      if (status === 200) entry.instance = (JSON.parse(body) as { instance: string }).instance;
      else entry.failure = `${status} ${body.slice(0, 100)}`;
    } catch (error) {
      entry.failure = String(error);
    }
    entry.endedAt = performance.now();
  };
  // A tick that comes late, because this process was busy, sends what should have been sent in the meantime.
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - started) / 1000) * perSecond);
    while (log.length < due) void sendOne();
  }, 1000 / perSecond);

  return {
    since: (time) => log.filter(({ endedAt = Infinity }) => endedAt > time),
    settled: async (time) => {
      const open = (): number =>
        log.filter(({ begunAt, endedAt }) => begunAt < time && endedAt === undefined).length;
      await poll(
        () => (open() === 0 ? true : undefined),
        ANSWER_TIMEOUT_MILLISECONDS * 2,
        () => `${open()} requests have no end`,
      );
    },
    stop: () => {
      clearInterval(timer);
      agent.destroy();
    },
  };
};
