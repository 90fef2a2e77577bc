import type { ArchiveFile } from '../archive-file.ts';
import type { Pieces } from '../tree.ts';
import { inflateBatch } from './inflate-batch.ts';
import type { BatchItem } from './inflate-batch.ts';
import { fitsOneCall, readContent } from './read-content.ts';

// Large enough to make the cost of a call disappear, small enough that the first one is ready soon.
const BATCH_BYTES = 524_288;
const BATCHES_AHEAD = 4;

/** Yields the contents of entries in the order given, unpacking small ones in batches ahead of the reader. */
export async function* readContents(
  archive: ArchiveFile,
  items: readonly BatchItem[],
): AsyncGenerator<readonly Pieces[], void, undefined> {
  const batches = inBatches(items);
  const ahead: Promise<readonly Pieces[]>[] = [];
  const start = (): void => {
    const next = batches.next();
    if (next.done === true) return;
    const started = unpack(archive, next.value);
    // The rejection is seen when the batch's turn comes; until then it must not count as unhandled.
    started.catch(() => undefined);
    ahead.push(started);
  };
  for (let count = 0; count < BATCHES_AHEAD; count++) start();
  try {
    for (let batch = ahead.shift(); batch !== undefined; batch = ahead.shift()) {
      const contents = await batch;
      start();
      yield contents;
    }
  } finally {
    await Promise.allSettled(ahead);
  }
}

async function unpack(archive: ArchiveFile, batch: readonly BatchItem[]): Promise<readonly Pieces[]> {
  const [first] = batch;
  if (first === undefined) return [];
  if (!fitsBatch(first)) return [readContent(archive, first.entry, first.dataOffset)];
  return (await inflateBatch(archive, batch)).map((content) => [content]);
}

function fitsBatch({ entry }: BatchItem): boolean {
  return entry.bytes > 0 && fitsOneCall(entry);
}

// A batch is one large, empty or stored entry, or several small compressed ones.
function* inBatches(items: readonly BatchItem[]): Generator<readonly BatchItem[], void, undefined> {
  let batch: BatchItem[] = [];
  let bytes = 0;
  for (const item of items) {
    if (!fitsBatch(item)) {
      if (batch.length > 0) yield batch;
      yield [item];
      batch = [];
      bytes = 0;
      continue;
    }
    batch.push(item);
    bytes += item.entry.bytes + item.entry.compressedBytes;
    if (bytes >= BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}
