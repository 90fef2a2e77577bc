import { validationError } from './errors.ts';

const HIGH_RESOLUTION: readonly number[] = [1, 5, 10, 20, 30];

/** Checks a period: 1, 5, 10, 20, 30 or a multiple of 60 seconds. */
export const checkPeriod = (seconds: number | undefined): number => {
  if (seconds !== undefined && Number.isInteger(seconds)) {
    if (HIGH_RESOLUTION.includes(seconds) || (seconds > 0 && seconds % 60 === 0)) return seconds;
  }
  throw validationError(
    `The value ${seconds} for parameter Period is invalid: it must be 1, 5, 10, 20, 30 or a multiple of 60.`,
  );
};

/** Where the first period of a query begins: its start, rounded down to the whole minute (or shorter period). */
export const firstPeriod = (startMilliseconds: number, periodSeconds: number): number => {
  const grain = Math.min(periodSeconds, 60) * 1_000;
  return Math.floor(startMilliseconds / grain) * grain;
};
