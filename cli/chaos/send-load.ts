import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { steadyAgent } from './steady-agent.ts';

const ANSWER_TIMEOUT_MILLISECONDS = 30_000;
const CONNECTIONS = 8;
/** More would say nothing new. */
const KEPT_FAILURES = 50;

/** Where requests go, and how many a second. */
export interface LoadTarget {
  readonly url: string;
  /** Tells the balancer which app is meant. */
  readonly host: string;
  readonly perSecond: number;
}

/** A request that got no 200. */
export interface FailedRequest {
  /** Since the first request. */
  readonly seconds: number;
  readonly what: string;
}

/** What clients saw. */
export interface LoadReport {
  readonly requests: number;
  readonly failed: number;
  /** The first 50. */
  readonly failures: readonly FailedRequest[];
}

/** Requests that go on until they are stopped. */
export interface Load {
  /** Up to now. */
  report(): LoadReport;
  /** Waits for the answers that are on their way. */
  stop(): Promise<LoadReport>;
}

const get = ({ url, host }: LoadTarget, agent: Agent): Promise<number> =>
  new Promise((resolve, reject) => {
    const call = request(
      url,
      { agent, headers: { host }, timeout: ANSWER_TIMEOUT_MILLISECONDS },
      (answer) => {
        answer.on('error', reject);
        answer.on('end', () => resolve(answer.statusCode ?? 0));
        answer.resume();
      },
    );
    call.on('timeout', () => call.destroy(new Error(`no answer in ${ANSWER_TIMEOUT_MILLISECONDS / 1000} s`)));
    call.on('error', reject);
    call.end();
  });

/** What one request got, in words, unless it was 200. */
export const tryOnce = async (target: LoadTarget, agent?: Agent): Promise<string | undefined> => {
  const used = agent ?? new Agent();
  try {
    const status = await get(target, used);
    return status === 200 ? undefined : `${status}`;
  } catch (error) {
    return String(error).replace(/^Error: /, '');
  }
};

/**
 * Sends requests at a steady rate over connections that are kept alive, as a fleet of clients does: the rate does not fall
 * when answers are slow.
 */
export const sendLoad = (target: LoadTarget): Load => {
  const agent = steadyAgent(CONNECTIONS);
  const started = performance.now();
  const failures: FailedRequest[] = [];
  const pending = new Set<Promise<void>>();
  let requests = 0;
  let failed = 0;

  const since = (): number => (performance.now() - started) / 1000;
  const sendOne = async (): Promise<void> => {
    const seconds = Number(since().toFixed(1));
    const what = await tryOnce(target, agent);
    if (what === undefined) return;
    failed += 1;
    if (failures.length < KEPT_FAILURES) failures.push({ seconds, what });
  };
  const report = (): LoadReport => ({ requests, failed, failures: [...failures] });

  // A tick that comes late sends what should have been sent in the meantime.
  const timer = setInterval(() => {
    const due = Math.floor(since() * target.perSecond);
    for (; requests < due; requests += 1) {
      const one = sendOne().finally(() => pending.delete(one));
      pending.add(one);
    }
  }, 1000 / target.perSecond);

  return {
    report,
    stop: async () => {
      clearInterval(timer);
      await Promise.race([
        Promise.all(pending),
        sleep(ANSWER_TIMEOUT_MILLISECONDS, undefined, { ref: false }),
      ]);
      agent.destroy();
      return report();
    },
  };
};
