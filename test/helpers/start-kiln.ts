import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBase } from '#bakery/base/ensure-base';
import type { CommandContext } from '#cli/command-context';
import { connect, localConfig } from '#cli/connection';
import { deployKiln } from '#cli/deploy/deploy-kiln';
import { readEnvironmentsFile } from '#cli/environments-file';
import type { EnvironmentsFile } from '#cli/environments-file';
import { kilnHome } from '#cli/home';
import type { ListenerPorts } from '#cli/listener-ports';
import { createOutput } from '#cli/output';
import { startLocalCloud } from '#localcloud/cloud';
import type { LocalCloud } from '#localcloud/cloud';
import type { Log } from '#localcloud/cloud-context';
import type { Hypervisor } from '#localcloud/hypervisor/driver';
import type { ServiceFactory } from '#localcloud/service';
import { defaultServices } from '#localcloud/services';
import { createAutoScaling } from '#localcloud/services/autoscaling/index';
import type { AutoScalingOptions } from '#localcloud/services/autoscaling/scope';
import { createEc2 } from '#localcloud/services/ec2/index';
import { systemClock } from '#pipeline/clock';
import { createDocumentStore } from '#pipeline/documents/document-store';
import { freePort } from './free-port.ts';

/** One environment, which a release enters by itself. */
export const DEV_ONLY = `
environments:
  - name: dev
    rollout: { settleSeconds: 2 }
    drainSeconds: 10
    warmBlueMinutes: 0
`;

/** Kiln as `npm start` has it, in a folder of its own and on free ports. */
export interface RunningKiln extends CommandContext {
  readonly cloud: LocalCloud;
  readonly stateDir: string;
  /** Ends everything and removes the state. */
  stop(): Promise<void>;
}

/** A free port for each environment. */
export const freeListenerPorts = async ({ environments }: EnvironmentsFile): Promise<ListenerPorts> =>
  Object.fromEntries(
    await Promise.all(environments.map(async ({ name }) => [name, await freePort()] as const)),
  );

/** Where a Kiln that was started before left its state. */
export interface KilnState {
  readonly stateDir: string;
  readonly port: number;
  readonly file: EnvironmentsFile;
  readonly ports: ListenerPorts;
}

/** A new folder and free ports, for the project's environments or those of another file's text. */
export const newKilnState = async (environments?: string): Promise<KilnState> => {
  const stateDir = await mkdtemp(join(tmpdir(), 'kiln-e2e-'));
  const path = environments === undefined ? undefined : join(stateDir, 'environments.yml');
  if (path !== undefined && environments !== undefined) await writeFile(path, environments);
  const file = readEnvironmentsFile(path);
  return { stateDir, port: await freePort(), file, ports: await freeListenerPorts(file) };
};

/** What the local cloud of a test has that `npm start`'s has not. */
export interface KilnOptions extends Partial<AutoScalingOptions> {
  /** QEMU unless told. */
  readonly hypervisor?: Hypervisor;
  readonly log?: Log | undefined;
}

const servicesWith = ({ hypervisor, launchRaisesDesired }: KilnOptions): readonly ServiceFactory[] =>
  defaultServices.map((create) => {
    if (create === createEc2 && hypervisor !== undefined)
      return (context) => createEc2(context, { hypervisor });
    if (create === createAutoScaling && launchRaisesDesired !== undefined)
      return (context) => createAutoScaling(context, { launchRaisesDesired });
    return create;
  });

/**
 * Starts the local cloud and deploys the stack and the base into it; nothing is released yet. There is `dev` unless the
 * state says otherwise.
 */
export const startKiln = async (state?: KilnState, options: KilnOptions = {}): Promise<RunningKiln> => {
  const { stateDir, port, file, ports } = state ?? (await newKilnState(DEV_ONLY));
  const base = await ensureBase({ home: kilnHome() });
  const { log } = options;
  const services = servicesWith(options);
  const cloud = await startLocalCloud({ stateDir, port, services, ...(log === undefined ? {} : { log }) });
  try {
    const connection = connect(localConfig(cloud.endpointUrl));
    const output = createOutput(true);
    const stack = await deployKiln(base, { file, ports }, { connection, output });
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
