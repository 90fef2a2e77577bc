import type { MetadataHandler } from '#localcloud/hypervisor/driver';
import { readLightTag } from './light-guest.ts';
import type { LightGuest } from './light-guest.ts';

// The longest that a timer of Node.js can be.
const LONGEST_TIMER_SECONDS = 2_147_483;
const LONGEST_KEEP_SECONDS = 3600;

/** When the timer ends the machine: at its maximum uptime and its own share of the jitter, as in the real guest. */
const limitOf = ({ instance, variables }: LightGuest): number | undefined => {
  const maximum = Number(variables['KILN_MAX_UPTIME_SECONDS'] ?? 0);
  const jitter = Number(variables['KILN_MAX_UPTIME_JITTER_SECONDS'] ?? 0);
  const seconds = maximum + (Number.parseInt(instance.slice(-8), 16) % (jitter + 1));
  return maximum > 0 && seconds <= LONGEST_TIMER_SECONDS ? seconds : undefined;
};

/** What a light machine's timer may do. */
export interface LightDeadMan {
  readonly guest: LightGuest;
  readonly metadata: MetadataHandler;
  readonly say: (text: string) => void;
  readonly end: (why: string) => void;
}

/** Starts the dead-man timer of a machine that boots now: where a tag keeps the machine it goes on. @returns what stops it */
export const startLightDeadMan = ({ guest, metadata, say, end }: LightDeadMan): (() => void) => {
  const bootedAt = performance.now();
  const uptime = (): number => (performance.now() - bootedAt) / 1000;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const fire = async (limit: number): Promise<void> => {
    const until = Number(await readLightTag(metadata, 'keep'));
    if (stopped) return;
    if (until > uptime()) {
      const next = Math.min(until, uptime() + LONGEST_KEEP_SECONDS);
      say(`dead-man timer: the machine is kept and ends itself at ${next.toFixed(0)} s`);
      arm(next);
    } else end(`the machine reached its maximum uptime of ${limit.toFixed(0)} s (dead-man timer)`);
  };
  const arm = (limit: number): void => {
    timer = setTimeout(() => void fire(limit), (limit - uptime()) * 1000).unref();
  };
  const limit = limitOf(guest);
  if (limit !== undefined) arm(limit);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
};
