/** Suites that take a minute and more, the longest first: whatever takes long must not be what the run ends with. */
export const LONGEST: readonly string[] = [
  'stack/recycling-faults',
  'stack/rollout-aborts',
  'stack/cli-people',
  'stack/rollout-faults',
  'stack/cli-recycle',
  'stack/least-privilege',
  'stack/rollout-queues',
  'stack/chaos',
  'parity/balancer-keep-alive',
  'parity/cli-commands',
  'e2e/lost-machines',
  'e2e/recycling',
  'e2e/boot-base',
  'e2e/promotion',
  'e2e/rollout-load',
];

/** What Jest tells of a suite. */
interface Suite {
  readonly path: string;
  readonly context: { readonly hasteFS: { getSize(path: string): number | null } };
}

const rank = ({ path }: Suite): number => {
  const found = LONGEST.findIndex((name) => path.endsWith(`/test/${name}.test.ts`));
  return found === -1 ? LONGEST.length : found;
};

const bytes = ({ path, context }: Suite): number => context.hasteFS.getSize(path) ?? 0;

/**
 * Jest's order of suites: the longest, then the others from the largest file to the smallest. Jest's own goes by how long
 * each took here before, which a fresh clone does not know.
 */
export class LongestFirst {
  sort<S extends Suite>(suites: readonly S[]): S[] {
    return suites.toSorted((one, other) => rank(one) - rank(other) || bytes(other) - bytes(one));
  }

  /** Jest tells how long each took, which nobody needs. */
  cacheResults(): void {}
}

// oxlint-disable-next-line import/no-default-export -- Jest takes a sequencer from there
export default LongestFirst;
