import type { DocumentStore } from '#pipeline/documents/document-store';

/** Documents in memory. `onWrite` runs right before a write takes effect and may write first, or throw. */
export interface MemoryDocuments extends DocumentStore {
  readonly all: Map<string, object>;
  onWrite: (key: string) => void;
}

/** Makes an empty store, or one that holds `initial`. */
export const memoryDocuments = (initial: Readonly<Record<string, object>> = {}): MemoryDocuments => {
  const all = new Map(Object.entries(initial));
  const store: MemoryDocuments = {
    all,
    onWrite: () => undefined,
    read: <T>(key: string) => Promise.resolve(all.get(key) as T | undefined),
    create: (key, document) => {
      store.onWrite(key);
      if (all.has(key)) return Promise.resolve(false);
      all.set(key, document);
      return Promise.resolve(true);
    },
    update: async <T extends object>(
      key: string,
      change: (document: T | undefined) => T | undefined | Promise<T | undefined>,
    ) => {
      for (;;) {
        const found = all.get(key) as T | undefined;
        const next = await change(found);
        if (next === undefined) return found;
        store.onWrite(key);
        if (all.get(key) !== found) continue;
        all.set(key, next);
        return next;
      }
    },
  };
  return store;
};
