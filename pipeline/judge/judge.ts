import { boundariesOf } from './boundaries.ts';
import { compareWithBlue } from './compare-with-blue.ts';
import { slowness } from './latency.ts';
import type { Latency } from './latency.ts';
import { describeCounts, percent, plausibleCounts, ratioOf } from './request-counts.ts';
import type { RequestCounts } from './request-counts.ts';

/** What a release is judged by, in each step of its rollout. */
export interface JudgeSettings {
  /** The share of requests that fails while nothing is wrong. */
  readonly baselineErrorRatio: number;
  /** The share of failing requests that must be caught; above the baseline. */
  readonly detectErrorRatio: number;
  /** Green's 95th percentile may be at most this multiple of blue's; absent: latency is not judged. */
  readonly p95LatencyRatio?: number;
}

/** Settings that decide after 95 requests. */
export const defaultJudgeSettings: JudgeSettings = { baselineErrorRatio: 0.001, detectErrorRatio: 0.05 };

/** The figures of one step, as far as they are known. */
export interface JudgeInput {
  readonly green: RequestCounts;
  /** Blue in the same time; in the step of 100 %, blue in the steps before. Absent or without requests: there is no blue. */
  readonly blue?: RequestCounts;
  readonly settings: JudgeSettings;
  /** Judged steps of the rollout, which share its budget of false aborts. */
  readonly steps: number;
  readonly latency?: Latency;
}

/** Why a judgement is what it is, for those who act on it. */
export type JudgementCause =
  'healthy' | 'errors' | 'latency' | 'no-requests' | 'too-few-requests' | 'both-fail-alike' | 'undecided';

const WANTS_REQUESTS: ReadonlySet<JudgementCause> = new Set(['no-requests', 'too-few-requests'] as const);

/** What the judge says of a step. */
export interface Judgement {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly cause: JudgementCause;
  /** For people, with the figures. */
  readonly reason: string;
  /** Requests that a decision needs. */
  readonly neededRequests: number;
  /** Of these, how many green has not answered yet; 0 where it is not for want of requests. */
  readonly missingRequests: number;
  /** Errors from which on so many requests are too bad. */
  readonly failAtErrors: number;
}

/** Rises below a tenth of the way to what must be caught are left alone: over enough requests every trifle is significant. */
const TOLERATED_SHARE = 0.1;
/** From halfway on, errors that green shares with blue are trouble, below they are how the app is. */
const TROUBLE_SHARE = 0.5;

/**
 * Judges a step by its counts since it began; may be asked as often as wanted while they grow (see `boundariesOf`). Green
 * fails when it has more errors than the baseline explains and is worse than blue; it passes when it is better than what
 * must be caught. More errors never turn a fail into a pass.
 */
export const judge = (input: JudgeInput): Judgement => {
  const { settings, steps } = input;
  const ratios = { baseline: settings.baselineErrorRatio, detect: settings.detectErrorRatio };
  const between = (share: number): number => ratios.baseline + (ratios.detect - ratios.baseline) * share;
  const green = plausibleCounts(input.green);
  const known = input.blue === undefined ? undefined : plausibleCounts(input.blue);
  const blue = known?.requests === 0 ? undefined : known;

  const boundaries = boundariesOf(ratios, steps);
  const neededRequests = boundaries.samples;
  const failAtErrors = Math.max(
    boundaries.failAt(green.requests),
    Math.ceil(green.requests * between(TOLERATED_SHARE)),
  );
  const judgement = (verdict: Judgement['verdict'], cause: JudgementCause, reason: string): Judgement => ({
    verdict,
    cause,
    reason,
    neededRequests,
    missingRequests: WANTS_REQUESTS.has(cause) ? neededRequests - green.requests : 0,
    failAtErrors,
  });
  const figures =
    blue === undefined
      ? `green: ${describeCounts(green)}`
      : `green: ${describeCounts(green)}, blue: ${describeCounts(blue)}`;

  if (green.requests === 0) {
    return judgement('inconclusive', 'no-requests', `no requests to green yet, needs ${neededRequests}`);
  }
  const tooMany = green.errors >= failAtErrors;
  const { isWorse, blueInTrouble, blueFails } = compareWithBlue(green, blue, ratios);
  if (tooMany && isWorse && !blueFails) {
    return judgement('fail', 'errors', `${figures}; ${failAtErrors} errors are too many`);
  }
  const shared = tooMany && (blueFails || ratioOf(green) >= between(TROUBLE_SHARE));
  if (shared && (blueFails || blueInTrouble)) {
    return judgement(
      'inconclusive',
      'both-fail-alike',
      `both fail alike, so it is not the release; ${figures}`,
    );
  }
  if (green.requests < neededRequests) {
    const progress = `${green.requests} of ${neededRequests} requests`;
    return judgement('inconclusive', 'too-few-requests', `${progress}; ${figures}`);
  }
  if (shared || green.errors > boundaries.passAt(green.requests)) {
    const more = shared ? 'more requests to blue' : 'more requests';
    return judgement('inconclusive', 'undecided', `needs ${more} to decide; ${figures}`);
  }
  const slower = slowness(input.latency, settings.p95LatencyRatio, { green, blue });
  if (slower !== undefined) return judgement('fail', 'latency', slower);
  return judgement('pass', 'healthy', `${figures}; surely below ${percent(ratios.detect)}`);
};
