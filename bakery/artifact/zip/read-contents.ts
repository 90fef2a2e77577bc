import type { ArchiveFile } from '../archive-file.ts';
import type { Pieces } from '../tree.ts';
import { inflateBatch } from './inflate-batch.ts';
import type { BatchItem } from './inflate-batch.ts';
import { fitsOneCall, readContent } from './read-content.ts';

// Large enough to make the cost of a call disappear, small enough that the first one is ready soon.
const BATCH_BYTES = 786_432;
const BATCHES_AHEAD = 4;

/** Yields the contents of entries in the order given, unpacking small ones in batches ahead of the reader. */
export async function* readContents(
  archive: ArchiveFile,
  items: readonly BatchItem[],
): AsyncGenerator<readonly Pieces[], void, undefined> {
  const batches = inBatches(items);
  const ahead: Promise<readonly Pieces[]>[] = [];
  const spare: Buffer[] = [];
  const start = (): void => {
    const next = batches.next();
    if (next.done === true) return;
    const started = unpack(archive, next.value, spare);
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

async function unpack(
  archive: ArchiveFile,
  batch: readonly BatchItem[],
  spare: Buffer[],
): Promise<readonly Pieces[]> {
  const inflated = (await inflateBatch(archive, batch.filter(fitsBatch), spare)).values();
  return batch.map((item) => {
    const content = fitsBatch(item) ? inflated.next().value : undefined;
    return content === undefined ? readContent(archive, item.entry, item.dataOffset) : [content];
  });
}

function fitsBatch({ entry }: BatchItem): boolean {
  return entry.bytes > 0 && fitsOneCall(entry);
}

// A batch ends when what it holds in memory is enough, or with an entry that is read in pieces.
function* inBatches(items: readonly BatchItem[]): Generator<readonly BatchItem[], void, undefined> {
  let batch: BatchItem[] = [];
  let bytes = 0;
  for (const item of items) {
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
