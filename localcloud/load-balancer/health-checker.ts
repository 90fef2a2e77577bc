import type { Clock } from '../clock.ts';
import type { NetworkAddress } from '../cloud-context.ts';
import { probeHealth } from './health-probe.ts';
import type { ProbeOutcome } from './health-probe.ts';
import { nextHealth, registeredHealth } from './target-health.ts';
import type { HealthSettings, TargetHealthState } from './target-health.ts';

/** Checks one target again and again. */
export interface HealthChecker {
  health(): TargetHealthState;
  stop(): void;
}

/** What a checker needs to know. */
export interface HealthCheckerOptions {
  readonly clock: Clock;
  /** Where to check; undefined counts as a failed check. */
  readonly address: () => Promise<NetworkAddress | undefined> | NetworkAddress | undefined;
  /** Asked before every check, so that a change of the group takes effect with the next one. */
  readonly settings: () => HealthSettings;
  readonly onChange: (health: TargetHealthState) => void;
  readonly onError: (error: unknown) => void;
}

// Deviation from AWS, which checks at the interval from the start: a machine that boots in 3 s would wait for it, and one
// that counts as unhealthy before it is up, on a busy host, would wait for it twice.
const BOOTING_MILLISECONDS = 100;
const ANSWERING_MILLISECONDS = 250;

/**
 * Starts checking: until the target is healthy for the first time, every 100 ms while nothing listens and every 250 ms
 * while it gives another answer; from then on at the group's interval.
 */
export const startHealthChecker = (options: HealthCheckerOptions): HealthChecker => {
  const { clock } = options;
  const abort = new AbortController();
  const { signal } = abort;
  let health = registeredHealth(clock.now());
  let booting = true;

  const check = async ({ path, accepts, timeoutMilliseconds }: HealthSettings): Promise<ProbeOutcome> => {
    const address = await options.address();
    if (address === undefined) return { kind: 'failed' };
    return probeHealth(address, { path, accepts, timeoutMilliseconds, signal });
  };
  const record = (outcome: ProbeOutcome, settings: HealthSettings): void => {
    if (signal.aborted) return;
    const next = nextHealth(health, outcome, settings, clock.now());
    const changed = next.state !== health.state;
    health = next;
    if (health.state === 'healthy') booting = false;
    if (changed) options.onChange(health);
  };
  const checkOnce = async (): Promise<void> => {
    const startedAt = clock.now();
    const settings = options.settings();
    const outcome = await check(settings);
    record(outcome, settings);
    const rest = Math.max(ANSWERING_MILLISECONDS, settings.intervalMilliseconds - (clock.now() - startedAt));
    const first = outcome.kind === 'failed' ? BOOTING_MILLISECONDS : ANSWERING_MILLISECONDS;
    await clock.delay(booting ? first : rest, signal);
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await checkOnce();
      } catch (error) {
        if (signal.aborted) return;
        options.onError(error);
        await clock.delay(ANSWERING_MILLISECONDS, signal).catch(() => undefined);
      }
    }
  };
  void run();
  return { health: () => health, stop: () => abort.abort() };
};
