import type { Simulation } from './simulate.ts';

/** Entries that are shown before the first violation. */
const SHOWN = 30;
const VIOLATIONS = 5;

/** What a failed run was, for people: its seed, what is wrong, and what happened right before. */
export const describeFailure = ({ seed, violations, history }: Simulation): string => {
  const first = violations[0]?.seq ?? Infinity;
  const before = history.filter(({ seq }) => seq <= first).slice(-SHOWN);
  return [
    `seed ${seed}: ${violations.length} violations; replay it with 'node bench/simulation.ts --seed ${seed}'`,
    ...violations.slice(0, VIOLATIONS).map(({ invariant, seq, text }) => `  ${invariant} at ${seq}: ${text}`),
    'history before the first:',
    ...before.map((entry) => `  ${JSON.stringify(entry)}`),
  ].join('\n');
};
