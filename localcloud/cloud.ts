import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { CloudContext, Log } from './cloud-context.ts';
import { createContext } from './create-context.ts';
import type { Faults } from './faults/faults.ts';
import { createFaults } from './faults/faults.ts';
import { startGateway } from './gateway/gateway.ts';
import { noHistory, openHistory } from './history/history.ts';
import type { Random } from './random.ts';
import { createRandom } from './random.ts';
import { rootCredentials } from './root-credentials.ts';
import type { Service, ServiceFactory } from './service.ts';
import { lockState } from './state-lock.ts';
import { openStore } from './store.ts';

/** How to start a local cloud. */
export interface LocalCloudOptions {
  /** Folder of all state; created when it is not there. */
  readonly stateDir: string;
  /** TCP port on 127.0.0.1; 4566 unless told, 0 takes a free one. */
  readonly port?: number;
  readonly region?: string;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly services?: readonly ServiceFactory[];
  /** False lets roles do everything. */
  readonly enforcePermissions?: boolean;
  /** File to which calls and events are appended, one JSON object a line. */
  readonly historyFile?: string;
}

/** A running local cloud. */
export interface LocalCloud {
  /** `http://127.0.0.1:<port>`. */
  readonly endpointUrl: string;
  readonly context: CloudContext;
  /** What goes wrong on purpose; also `PUT`, `GET` and `DELETE` on `/_local/faults`. */
  readonly faults: Faults;
  readonly rootCredentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Ends background work and connections, then closes the state; a later start resumes. */
  stop(): Promise<void>;
}

const logProblems: Log = (level, message, fields) => {
  if (level === 'debug' || level === 'info') return;
  process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`);
};

type Undo = () => Promise<void> | void;

/** Undoes in reverse order; one failure does not keep the rest from being undone. */
const undoAll = async (undos: readonly Undo[], log: Log): Promise<void> => {
  for (const undo of undos.toReversed()) {
    try {
      await undo();
    } catch (error) {
      log('error', 'failed to stop a part of the local cloud', { error: String(error) });
    }
  }
};

// Loaded on demand: a test of one service does not wait for the clients of all.
const loadDefaultServices = async (): Promise<readonly ServiceFactory[]> =>
  (await import('./services.ts')).defaultServices;

const startAll = async (services: Iterable<Service>, undos: Undo[]): Promise<void> => {
  for (const service of services) {
    // Registered first: a start that fails half-way is stopped too.
    if (service.stop !== undefined) undos.push(service.stop);
    await service.start?.();
  }
};

/** Starts a local cloud on the state in `stateDir` and resumes what was running there. */
export const startLocalCloud = async (options: LocalCloudOptions): Promise<LocalCloud> => {
  const { stateDir, log = logProblems } = options;
  const undos: Undo[] = [];
  try {
    undos.push(lockState(stateDir));
    const store = openStore(stateDir);
    undos.push(() => store.close());
    const { clock = systemClock, historyFile } = options;
    const history = historyFile === undefined ? noHistory : openHistory(historyFile, () => clock.now());
    undos.push(() => history.close());
    const pending = createContext({
      stateDir,
      store,
      log,
      region: options.region ?? 'eu-central-1',
      clock,
      faults: createFaults(),
      history,
      random: options.random ?? createRandom(),
      enforcePermissions: options.enforcePermissions ?? true,
    });
    const factories = options.services ?? (await loadDefaultServices());
    for (const create of factories) pending.addService(create(pending.context));
    const gateway = await startGateway(pending, options.port ?? 4566);
    undos.push(() => gateway.stop());
    const endpointUrl = `http://127.0.0.1:${gateway.port}`;
    pending.setEndpointUrl(endpointUrl);
    await startAll(pending.services.values(), undos);
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= undoAll(undos, log));
    const { context } = pending;
    return { endpointUrl, context, faults: context.faults, rootCredentials, stop };
  } catch (error) {
    await undoAll(undos, log);
    throw error;
  }
};
