import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { dropArtifact } from '#cli/drop-artifact';
import { projectRoot } from '#cli/home';
import { watchRelease } from '#cli/progress/watch-release';
import { startExecution } from '#cli/rollouts/start-execution';
import type { Log } from '#localcloud/cloud-context';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import type { EnvironmentsDocument } from '#pipeline/environments/read-environments';
import type { DeployedEnvironment } from '#pipeline/environments/environment';
import type { EnvironmentRecord } from '#pipeline/model';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { createLightMachines } from '#test/helpers/light-machines';
import { poll } from '#test/helpers/poll';
import { newKilnState, startKiln } from '#test/helpers/start-kiln';
import type { RunningKiln } from '#test/helpers/start-kiln';

const APP = 'hello';
const PATIENCE_MS = 900_000;

/** The whole stack on machines that boot in no time, with two releases that are ready to be rolled out. */
export interface RolloutBed {
  readonly kiln: RunningKiln;
  /** Ids of the two releases. */
  readonly releases: readonly [string, string];
  environment(name: string): DeployedEnvironment;
  /** Starts a rollout and gives the ARN of its execution. */
  promote(releaseId: string, environment: string): Promise<string>;
  rollback(environment: string): Promise<string>;
  /** Waits for an execution's end; throws when that is not `status`. */
  ended(executionArn: string, status?: 'SUCCEEDED' | 'FAILED'): Promise<void>;
  record(environment: string): Promise<EnvironmentRecord>;
  /** Waits until nothing that was replaced is left. */
  tidy(environment: string): Promise<void>;
  stop(): Promise<void>;
}

const release = async (kiln: RunningKiln, version: string): Promise<string> => {
  const artifact = { path: `${projectRoot}/examples/hello-node`, app: APP, version };
  const dropped = await dropArtifact(artifact, kiln.stack, kiln.connection);
  const { record } = await watchRelease(dropped, kiln);
  if (record.status !== 'live')
    throw new Error(`release ${version} is ${record.status}: ${record.message ?? 'no message'}`);
  return record.releaseId;
};

/** Releases twice with only the first environment there, so that no drop goes through the others. */
const releaseTwice = async (kiln: RunningKiln): Promise<readonly [string, string]> => {
  let all: readonly DeployedEnvironment[] = [];
  const change = (wanted: (found: EnvironmentsDocument) => readonly DeployedEnvironment[]) =>
    kiln.documents.update<EnvironmentsDocument>(ENVIRONMENTS_KEY, (found) =>
      found === undefined ? undefined : { ...found, environments: wanted(found) },
    );
  await change(({ environments }) => {
    all = environments;
    return environments.slice(0, 1);
  });
  const releases = [await release(kiln, '1.0.0'), await release(kiln, '2.0.0')] as const;
  await change(() => all);
  return releases;
};

/** Starts it with the environments of a file's text, of which the first is only for the drops. */
export const startRolloutBed = async (environments: string, log?: Log): Promise<RolloutBed> => {
  const kiln = await startKiln(await newKilnState(environments), { hypervisor: createLightMachines(), log });
  const { connection, documents, stack } = kiln;
  const record = async (environment: string): Promise<EnvironmentRecord> => {
    const found = await documents.read<EnvironmentRecord>(environmentKey(environment, APP));
    if (found === undefined) throw new Error(`nothing was rolled out into '${environment}'`);
    return found;
  };
  const tidy = async (environment: string): Promise<void> => {
    await poll(
      async () => ((await record(environment)).retiring === undefined ? true : undefined),
      PATIENCE_MS,
      () => `machines of '${environment}' are still there`,
    );
  };
  try {
    const releases = await releaseTwice(kiln);
    await tidy(stack.environments[0]?.name ?? '');
    return {
      kiln,
      releases,
      environment: (name) => {
        const found = stack.environments.find((environment) => environment.name === name);
        if (found === undefined) throw new Error(`there is no environment '${name}'`);
        return found;
      },
      promote: (releaseId, environment) =>
        startExecution(
          {
            stateMachineArn: stack.rolloutStateMachineArn,
            kind: 'promotion',
            input: { app: APP, environment, releaseId, trigger: 'promotion' },
          },
          connection,
        ),
      rollback: (environment) =>
        startExecution(
          {
            stateMachineArn: stack.rollbackStateMachineArn,
            kind: 'rollback',
            input: { app: APP, environment, requestedBy: 'bench' },
          },
          connection,
        ),
      ended: async (executionArn, wanted = 'SUCCEEDED') => {
        const { status, cause } = await poll(
          async () => {
            const found = await connection.states.send(new DescribeExecutionCommand({ executionArn }));
            return found.status === 'RUNNING' ? undefined : found;
          },
          PATIENCE_MS,
          () => `'${executionArn}' runs on`,
        );
        if (status !== wanted)
          throw new Error(`'${executionArn}' is ${status}: ${cause}, expected ${wanted}`);
      },
      record,
      tidy,
      stop: () => kiln.stop(),
    };
  } catch (error) {
    await kiln.stop();
    throw error;
  }
};
