import type { DocumentStore } from '#pipeline/documents/document-store';
import { DocumentConflictError } from '#pipeline/errors';
import type { Invocation, WireDeps } from './wire.ts';
import { effect, never } from './wire.ts';

const ATTEMPTS = 10;

/** Called with every document that is written, and what was there before. */
export type OnWrite = (
  key: string,
  before: object | undefined,
  after: object,
  invocation: Invocation,
) => void;

/**
 * The documents as one invocation sees them, written by compare-and-swap. A write whose answer is lost is refused when the
 * SDK repeats it, as S3 does: whoever wrote it takes it for a lost race and looks again.
 */
export const createSimulatedDocuments = (
  all: Map<string, object>,
  invocation: Invocation,
  deps: Omit<WireDeps, 'calls'>,
  onWrite: OnWrite,
): DocumentStore => {
  const { random, faults } = deps;
  const read = (key: string): Promise<object | undefined> => effect(invocation, deps, () => all.get(key));
  /** False when something else is there than `expected`. */
  const put = async (key: string, expected: object | undefined, document: object): Promise<boolean> => {
    const done = await effect(invocation, deps, () => {
      if (all.get(key) !== expected) return false;
      all.set(key, document);
      onWrite(key, expected, document, invocation);
      return true;
    });
    if (!invocation.alive) return never();
    return done && !random.chance(faults.lost);
  };
  return {
    read: <T>(key: string) => read(key) as Promise<T | undefined>,
    create: (key, document) => put(key, undefined, document),
    update: async <T extends object>(
      key: string,
      change: (document: T | undefined) => T | undefined | Promise<T | undefined>,
    ) => {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const found = (await read(key)) as T | undefined;
        const next = await change(found);
        if (next === undefined) return found;
        if (await put(key, found, next)) return next;
      }
      throw new DocumentConflictError(key, ATTEMPTS);
    },
  };
};
