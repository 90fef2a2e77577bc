import { request } from 'node:http';
import type { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { steadyAgent } from '#cli/chaos/steady-agent';

const ANSWER_TIMEOUT_MILLISECONDS = 30_000;

/** What clients saw of a balancer over a while. */
export interface TrafficReport {
  readonly requests: number;
  /** Every answer that was not 200, and every connection that broke, in words. */
  readonly failures: readonly string[];
  /** Requests answered by each release. */
  readonly byRelease: Readonly<Record<string, number>>;
  readonly secondsTaken: number;
}

/** Requests that go on until they are stopped. */
export interface Traffic {
  /** Requests answered by each release up to now. */
  answered(): Readonly<Record<string, number>>;
  /** Failures up to now. */
  failures(): readonly string[];
  stop(): Promise<TrafficReport>;
}

const get = (url: string, agent: Agent): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const call = request(url, { agent, timeout: ANSWER_TIMEOUT_MILLISECONDS }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      );
    });
    call.on('timeout', () => call.destroy(new Error(`no answer in ${ANSWER_TIMEOUT_MILLISECONDS} ms`)));
    call.on('error', reject);
    call.end();
  });

/**
 * Sends requests at a steady rate over keep-alive connections until `stop`. The rate does not depend on how fast answers
 * come, as that of real clients does not.
 */
export const startTraffic = (
  url: string,
  { perSecond, connections }: { readonly perSecond: number; readonly connections: number },
): Traffic => {
  const agent = steadyAgent(connections);
  const started = performance.now();
  const failures: string[] = [];
  const byRelease: Record<string, number> = {};
  const pending = new Set<Promise<void>>();
  let requests = 0;

  const sendOne = async (): Promise<void> => {
    const at = ((performance.now() - started) / 1000).toFixed(1);
    try {
      const { status, body } = await get(url, agent);
      if (status !== 200) failures.push(`${at} s: ${status} ${body.slice(0, 200)}`);
      else {
        const { release } = JSON.parse(body) as { release: string };
        byRelease[release] = (byRelease[release] ?? 0) + 1;
      }
    } catch (error) {
      failures.push(`${at} s: ${String(error)}`);
    }
  };

  // A tick that comes late, because this process was busy, sends what should have been sent in the meantime.
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - started) / 1000) * perSecond);
    for (; requests < due; requests += 1) {
      const one = sendOne().finally(() => pending.delete(one));
      pending.add(one);
    }
  }, 1000 / perSecond);

  return {
    answered: () => ({ ...byRelease }),
    failures: () => [...failures],
    stop: async () => {
      clearInterval(timer);
      // The timer must not hold the process up once every answer is there.
      await Promise.race([
        Promise.all(pending),
        sleep(ANSWER_TIMEOUT_MILLISECONDS, undefined, { ref: false }),
      ]);
      agent.destroy();
      return { requests, failures, byRelease, secondsTaken: (performance.now() - started) / 1000 };
    },
  };
};
