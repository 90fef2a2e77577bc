import type { Invariant, Look } from './invariant.ts';
import { fine, unless } from './invariant.ts';

// What an interpreter may take to notice.
const SLACK_MILLISECONDS = 60_000;

/** I15: every execution ends, once, before its machine's time is up. */
export const everythingEnds: Invariant = {
  id: 'I15',
  begin: (): Look => {
    const deadlines = new Map<string, number>();
    const ended = new Set<string>();
    return (entry) => {
      switch (entry.fact) {
        case 'execution.started':
          deadlines.set(entry.execution, entry.t + entry.deadlineSeconds * 1000 + SLACK_MILLISECONDS);
          return unless(!ended.has(entry.execution), () => `'${entry.execution}' began a second time`);
        case 'execution.ended': {
          const deadline = deadlines.get(entry.execution);
          deadlines.delete(entry.execution);
          ended.add(entry.execution);
          if (deadline === undefined) return [`'${entry.execution}' ended and did not run`];
          return unless(entry.t <= deadline, () => `'${entry.execution}' ended after its time was up`);
        }
        case 'run.ended':
          return [...deadlines].flatMap(([execution, deadline]) =>
            unless(!entry.quiet && entry.t <= deadline, () => `'${execution}' never ended`),
          );
        default:
          return fine;
      }
    };
  },
};
