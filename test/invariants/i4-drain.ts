import type { Invariant, Look } from './invariant.ts';
import { fine, unless } from './invariant.ts';

/** I4: a machine that served is deregistered and drained before Kiln ends it, and no request fails by Kiln's doing. */
export const drained: Invariant = {
  id: 'I4',
  begin: (): Look => (entry, before) => {
    if (entry.fact === 'requests.failed')
      return unless(
        entry.cause === 'external' || entry.cause === 'chaos' || entry.count === 0,
        () => `${entry.count} requests to '${entry.app}' in '${entry.environment}' failed by ${entry.cause}`,
      );
    if (entry.fact !== 'machine.terminated') return fine;
    const { cause, inFlight } = entry;
    const machine = before.machines.get(entry.machine);
    // Chaos pulls the plug: that is what it is for.
    if (machine?.everServed !== true || cause === 'external' || cause === 'chaos') return fine;
    if (machine.deregisteredAt === undefined)
      return [`'${entry.machine}' was ended by ${cause} without being deregistered`];
    const seconds = (entry.t - machine.deregisteredAt) / 1000;
    const needed = before.policies.get(machine.environment)?.policy.drainSeconds ?? 0;
    return unless(
      seconds >= needed || inFlight === 0,
      () =>
        `'${entry.machine}' was ended by ${cause} ${seconds} s after it was deregistered, with ${inFlight ?? 'unknown'} requests in flight; drains take ${needed} s`,
    );
  },
};
