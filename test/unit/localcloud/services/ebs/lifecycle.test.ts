import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createContext } from '#localcloud/create-context';
import { createRandom } from '#localcloud/random';
import { putSnapshotBlock } from '#localcloud/services/ebs/put-snapshot-block';
import { completeSnapshot } from '#localcloud/services/ebs/complete-snapshot';
import { createEbsDeps } from '#localcloud/services/ebs/deps';
import type { EbsDeps } from '#localcloud/services/ebs/deps';
import { cancelOverdue, createLifecycle } from '#localcloud/services/ebs/lifecycle';
import { startSnapshot } from '#localcloud/services/ebs/start-snapshot';
import { openStore } from '#localcloud/store';
import type { Store } from '#localcloud/store';
import { aBlock, BLOCK_BYTES, checksumOf } from '#test/helpers/snapshots';

let stateDir: string;
let store: Store;
let now = 0;

/** Waiting does not pass by itself: a sealed snapshot stays as a crash would leave it. */
const open = (delay: () => Promise<void> = () => new Promise(() => undefined)): EbsDeps =>
  createEbsDeps(
    createContext({
      stateDir,
      store,
      region: 'eu-central-1',
      clock: { now: () => now, delay },
      random: createRandom(),
      log: () => undefined,
      enforcePermissions: false,
    }).context,
  );

beforeEach(() => {
  now = 1_000_000;
  stateDir = mkdtempSync(join(tmpdir(), 'ebs-'));
  store = openStore(stateDir);
});

afterEach(() => {
  store.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const start = async (deps: EbsDeps): Promise<string> =>
  (await startSnapshot({ VolumeSize: 1, Timeout: 10 }, deps)).SnapshotId ?? '';

const put = (deps: EbsDeps, SnapshotId: string): Promise<unknown> =>
  putSnapshotBlock(
    {
      SnapshotId,
      BlockIndex: 0,
      BlockData: aBlock(1),
      DataLength: BLOCK_BYTES,
      Checksum: checksumOf(aBlock(1)),
      ChecksumAlgorithm: 'SHA256',
    },
    deps,
  );

describe('a pending snapshot', () => {
  test('is cancelled when nothing was written for its timeout, and its bytes go', async () => {
    const deps = open();
    const id = await start(deps);
    now += 9 * 60_000;
    await put(deps, id);
    now += 9 * 60_000;
    await cancelOverdue(deps);
    expect(deps.snapshots.get(id)?.status).toBe('pending');
    now += 60_000;
    await cancelOverdue(deps);
    expect(deps.snapshots.get(id)?.status).toBe('error');
    expect(existsSync(join(stateDir, 'snapshots', id))).toBe(false);
    await expect(put(deps, id)).rejects.toMatchObject({ code: 'ValidationException' });
  });

  test('that was sealed before a crash is completed after it, and never cancelled', async () => {
    const before = open();
    const id = await start(before);
    await put(before, id);
    completeSnapshot({ SnapshotId: id, ChangedBlocksCount: 1 }, before);
    store.close();
    store = openStore(stateDir);
    now += 60 * 60_000;
    const after = open(() => Promise.resolve());
    await cancelOverdue(after);
    expect(after.snapshots.get(id)?.status).toBe('pending');
    const lifecycle = createLifecycle({
      ...after,
      context: {
        ...after.context,
        clock: {
          now: () => now,
          delay: (ms, signal) =>
            ms < 1000
              ? Promise.resolve()
              : new Promise((_, reject) =>
                  signal?.addEventListener('abort', () => reject(new Error('stopped'))),
                ),
        },
      },
    });
    await lifecycle.start?.();
    await lifecycle.stop?.();
    expect(after.snapshots.get(id)?.status).toBe('completed');
  });

  test('no more than 100 of them', async () => {
    const deps = open();
    for (let count = 0; count < 100; count++) await start(deps);
    await expect(start(deps)).rejects.toMatchObject({ code: 'ServiceQuotaExceededException', status: 402 });
  });
});
