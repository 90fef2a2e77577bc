import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { invalidParameter } from './errors.ts';

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 250 MB unzipped.
const unzippedLimitBytes = 262_144_000;

/** Unpacks a function's zip into a folder; yauzl refuses absolute and climbing paths. */
export const unpackZip = async (zipPath: string, folder: string): Promise<void> => {
  const zip = await openPromise(zipPath);
  try {
    let bytes = 0;
    for await (const entry of zip.eachEntry()) {
      bytes += entry.uncompressedSize;
      if (bytes > unzippedLimitBytes) {
        throw invalidParameter(`Unzipped size must be smaller than ${unzippedLimitBytes} bytes`);
      }
      const path = join(folder, entry.fileName);
      if (entry.fileName.endsWith('/')) {
        await mkdir(path, { recursive: true });
        continue;
      }
      await mkdir(dirname(path), { recursive: true });
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path, { mode: 0o644 }));
    }
  } finally {
    zip.close();
  }
};
