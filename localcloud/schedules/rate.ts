const unitMilliseconds: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** A rate as written. */
export interface Rate {
  readonly count: number;
  /** The unit was written as a plural. */
  readonly plural: boolean;
  readonly milliseconds: number;
}

/** Reads `rate(5 minutes)`; a day is 24 hours. Undefined when the text is no rate of at least one unit. */
export const parseRate = (text: string): Rate | undefined => {
  const [, digits = '0', unit = '', plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(text) ?? [];
  const count = Number(digits);
  const milliseconds = count * (unitMilliseconds[unit] ?? 0);
  return milliseconds === 0 ? undefined : { count, plural: plural === 's', milliseconds };
};
