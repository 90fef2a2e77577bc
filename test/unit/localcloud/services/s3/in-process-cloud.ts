import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import type { CloudContext, CloudEvent } from '#localcloud/cloud-context';
import { systemClock } from '#localcloud/clock';
import { createContext } from '#localcloud/create-context';
import { createRandom } from '#localcloud/random';
import type { Call, Service } from '#localcloud/service';
import { createIam } from '#localcloud/services/iam/index';
import { createS3 } from '#localcloud/services/s3/index';
import { createSsm } from '#localcloud/services/ssm/index';
import { createSts } from '#localcloud/services/sts/index';
import { openStore } from '#localcloud/store';

type PublishedEvent = Pick<CloudEvent, 'detail-type' | 'source' | 'resources' | 'detail'>;

/** The services of this folder and its neighbours in one process, without a gateway. */
export interface InProcessCloud {
  readonly context: CloudContext;
  readonly stateDir: string;
  /** What was published to EventBridge. */
  readonly events: PublishedEvent[];
  /** A call of the account's owner. */
  readonly root: Call;
  /** Starts again on the same state, as after a kill: nothing was stopped. */
  reopen(): Promise<InProcessCloud>;
  close(): Promise<void>;
}

/** Opens a cloud on `stateDir`, a new folder unless told. */
export const openInProcessCloud = async (
  options: { readonly stateDir?: string; readonly publish?: (event: PublishedEvent) => void } = {},
): Promise<InProcessCloud> => {
  const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), 'in-process-cloud-'));
  const store = openStore(stateDir);
  const pending = createContext({
    stateDir,
    store,
    region: 'eu-central-1',
    clock: systemClock,
    random: createRandom(),
    log: () => undefined,
    enforcePermissions: true,
  });
  const events: PublishedEvent[] = [];
  const publisher: Service = {
    facts: { name: 'events', signingName: 'events', protocol: 'json-1.1' },
    module: {},
    operations: {},
    resources: {},
    backplane: { publish: options.publish ?? ((event) => events.push(event)) },
  };
  const services = [
    publisher,
    ...[createIam, createSts, createS3, createSsm].map((create) => create(pending.context)),
  ];
  for (const service of services) pending.addService(service);
  pending.setEndpointUrl('http://127.0.0.1:4566');
  for (const service of services) await service.start?.();
  const accountId = pending.context.accountId;
  return {
    context: pending.context,
    stateDir,
    events,
    root: {
      requestId: 'request-1',
      caller: { kind: 'root', arn: `arn:aws:iam::${accountId}:root`, accountId },
    },
    reopen: () => openInProcessCloud({ ...options, stateDir }),
    close: async () => {
      for (const service of services) await service.stop?.();
      store.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
};

/** A body as the gateway hands it in. */
export const bodyOf = (...chunks: readonly (string | Uint8Array)[]): Readable =>
  Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)),
    { objectMode: false },
  );

/** Reads a body that an operation answered. */
export const readBody = async (body: Readable | Uint8Array | undefined): Promise<string> => {
  if (body === undefined) return '';
  return body instanceof Uint8Array ? Buffer.from(body).toString() : text(body);
};
