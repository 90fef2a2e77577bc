import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalCloud, LocalCloudOptions } from '#localcloud/cloud';
import { startLocalCloud } from '#localcloud/cloud';

/** What every SDK client of a test is created with: `new S3Client(clientConfig)`. */
export interface TestClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** One attempt: a test sees the first answer. */
  readonly maxAttempts: 1;
  /** `sync-127.0.0.1` and its like do not resolve. */
  readonly disableHostPrefix: true;
}

/** A local cloud of a test. */
export interface TestCloud extends AsyncDisposable {
  readonly cloud: LocalCloud;
  readonly clientConfig: TestClientConfig;
  stop(): Promise<void>;
}

/** Starts a local cloud on a free port over a new folder, which goes when the cloud stops (unless `stateDir` was given). */
export const startTestCloud = async (options: Partial<LocalCloudOptions> = {}): Promise<TestCloud> => {
  const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), 'local-cloud-'));
  const cloud = await startLocalCloud({ ...options, stateDir, port: options.port ?? 0 });
  const stop = async (): Promise<void> => {
    await cloud.stop();
    if (options.stateDir === undefined) rmSync(stateDir, { recursive: true, force: true });
  };
  return {
    cloud,
    clientConfig: {
      endpoint: cloud.endpointUrl,
      region: cloud.context.region,
      credentials: cloud.rootCredentials,
      maxAttempts: 1,
      disableHostPrefix: true,
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
};
