const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const;

/** A length of time in its largest unit: `3d`, `2h`, `5m`, `42s`. */
export const spanOf = (seconds: number): string => {
  const unit = UNITS.find(([, length]) => seconds >= length);
  return unit === undefined ? `${seconds}s` : `${Math.floor(seconds / unit[1])}${unit[0]}`;
};

/** A length of time in the largest unit that loses nothing: `7d`, `90m`. */
export const exactSpanOf = (seconds: number): string => {
  const unit = UNITS.find(([, length]) => seconds >= length && seconds % length === 0);
  return unit === undefined ? `${seconds}s` : `${seconds / unit[1]}${unit[0]}`;
};

/** How long ago a moment was, in its largest unit. */
export const ageOf = (moment: Date | string, now: Date): string =>
  spanOf(Math.max(0, Math.round((now.getTime() - new Date(moment).getTime()) / 1000)));
