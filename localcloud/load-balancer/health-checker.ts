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

// Deviation from AWS, which checks at the interval from the start: a machine that boots in 3 s would wait for it.
const INITIAL_MILLISECONDS = 250;

// The user-mode network of a booting machine takes connections before the guest does, and repeats what the guest missed
// only seconds later; a second, impatient line of checks finds the guest as soon as it is there.
const IMPATIENT_MILLISECONDS = 500;

/** Starts checking: every 250 ms until the first check passes (or the target is given up), then at the group's interval. */
export const startHealthChecker = (options: HealthCheckerOptions): HealthChecker => {
  const { clock } = options;
  const abort = new AbortController();
  const { signal } = abort;
  let health = registeredHealth(clock.now());

  const check = async (timeoutMilliseconds: number): Promise<ProbeOutcome> => {
    const { path, accepts } = options.settings();
    const address = await options.address();
    if (address === undefined) return { kind: 'failed' };
    return probeHealth(address, { path, accepts, timeoutMilliseconds, signal });
  };
  const record = (outcome: ProbeOutcome): void => {
    if (signal.aborted) return;
    const next = nextHealth(health, outcome, options.settings(), clock.now());
    const changed = next.state !== health.state;
    health = next;
    if (changed) options.onChange(health);
  };
  const checkImpatiently = async (): Promise<void> => {
    while (health.state === 'initial') {
      const outcome = await check(IMPATIENT_MILLISECONDS);
      // Only good news count: being slow within this time is no fault.
      if (outcome.kind === 'passed' && health.state === 'initial') record(outcome);
      await clock.delay(INITIAL_MILLISECONDS, signal);
    }
  };
  const checkPatiently = async (): Promise<void> => {
    for (;;) {
      const startedAt = clock.now();
      const { timeoutMilliseconds, intervalMilliseconds } = options.settings();
      const outcome = await check(timeoutMilliseconds);
      record(outcome);
      const pause =
        health.state === 'initial'
          ? INITIAL_MILLISECONDS
          : Math.max(INITIAL_MILLISECONDS, intervalMilliseconds - (clock.now() - startedAt));
      await clock.delay(pause, signal);
    }
  };
  const run = async (line: () => Promise<void>): Promise<void> => {
    while (!signal.aborted) {
      try {
        await line();
        return;
      } catch (error) {
        if (signal.aborted) return;
        options.onError(error);
        await clock.delay(INITIAL_MILLISECONDS, signal).catch(() => undefined);
      }
    }
  };
  void run(checkImpatiently);
  void run(checkPatiently);
  return { health: () => health, stop: () => abort.abort() };
};
