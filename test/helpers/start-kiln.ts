import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBase } from '#bakery/base/ensure-base';
import type { CommandContext } from '#cli/command-context';
import { connect, localConfig } from '#cli/connection';
import { deployKiln } from '#cli/deploy/deploy-kiln';
import { kilnHome } from '#cli/home';
import { createOutput } from '#cli/output';
import { startLocalCloud } from '#localcloud/cloud';
import type { LocalCloud } from '#localcloud/cloud';
import { systemClock } from '#pipeline/clock';
import { createDocumentStore } from '#pipeline/documents/document-store';
import { freePort } from './free-port.ts';

/** Kiln as `npm start` has it, in a folder of its own and on free ports. */
export interface RunningKiln extends CommandContext {
  readonly cloud: LocalCloud;
  readonly stateDir: string;
  /** Ends everything and removes the state. */
  stop(): Promise<void>;
}

/** Where a Kiln that was started before left its state. */
export interface KilnState {
  readonly stateDir: string;
  readonly port: number;
  readonly listenerPort: number;
}

/** A new folder and free ports. */
export const newKilnState = async (): Promise<KilnState> => ({
  stateDir: await mkdtemp(join(tmpdir(), 'kiln-e2e-')),
  port: await freePort(),
  listenerPort: await freePort(),
});

/** Starts the local cloud and deploys the stack and the base into it; nothing is released yet. */
export const startKiln = async (state?: KilnState): Promise<RunningKiln> => {
  const { stateDir, port, listenerPort } = state ?? (await newKilnState());
  const base = await ensureBase({ home: kilnHome() });
  const cloud = await startLocalCloud({ stateDir, port });
  try {
    const connection = connect(localConfig(cloud.endpointUrl));
    const output = createOutput(true);
    const stack = await deployKiln(base, { DevListenerPort: String(listenerPort) }, { connection, output });
    return {
      cloud,
      stateDir,
      connection,
      stack,
      output,
      clock: systemClock,
      documents: createDocumentStore(connection.s3, stack.bucket),
      stop: async () => {
        await cloud.stop();
        await rm(stateDir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await cloud.stop();
    throw error;
  }
};
