// See seeded-fraction.ts.
const { round } = Math;

/** Of the maximum uptime: so much earlier than at the last moment a machine may be replaced. */
const LEAST_SPREAD = 0.2;
const DAY_SECONDS = 86_400;

/**
 * How long before their maximum uptime, in seconds, machines begin to fall due, so that what was born together does not
 * end together: a fifth of it, at most a day, but at least the time that replacing them one batch after another takes
 * (`turnOverSeconds`); and never so long that machines would be replaced more often than a turn-over allows.
 */
export const jitterSpanSeconds = (maximumUptimeSeconds: number, turnOverSeconds: number): number => {
  const wanted = Math.max(Math.min(LEAST_SPREAD * maximumUptimeSeconds, DAY_SECONDS), turnOverSeconds);
  // Machines then live for the maximum uptime less half of the span on average, which a turn-over must fit in.
  return Math.max(0, Math.min(wanted, 2 * (maximumUptimeSeconds - turnOverSeconds)));
};

/** When a machine falls due, in milliseconds since the epoch; `fraction` is its own, from 0 to below 1. */
export const dueTime = (
  launchedAt: number,
  fraction: number,
  {
    maximumUptimeSeconds,
    spanSeconds,
  }: { readonly maximumUptimeSeconds: number; readonly spanSeconds: number },
): number => launchedAt + round((maximumUptimeSeconds - fraction * spanSeconds) * 1000);
