import { DescribeExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { readMachines } from '#cli/machines';
import { readExecutionProgress } from '#cli/progress/execution-states';
import { startExecution } from '#cli/rollouts/start-execution';
import type { DeployedEnvironment } from '#pipeline/environments/environment';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import type { EnvironmentsDocument } from '#pipeline/environments/read-environments';
import type { EnvironmentRecord, Release, ReleaseInEnvironment, ReleaseRecord } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { readWeights } from '#pipeline/traffic/app-rule';
import { createLightMachines } from './light-machines.ts';
import type { LightMachines } from './light-machines.ts';
import { poll } from './poll.ts';
import { appOf, dropAndWatch } from './release.ts';
import { newKilnState, startKiln } from './start-kiln.ts';
import type { KilnOptions, RunningKiln } from './start-kiln.ts';

/** Several times what anything takes on a busy host: a test that waits for so long has failed. */
const PATIENCE_MILLISECONDS = 180_000;

/** How an execution ended. */
export interface EndedExecution {
  readonly status: string;
  readonly error: string | undefined;
  readonly cause: string;
  readonly output: string;
}

/** The packaged stack on light machines, and what the tests of rollouts do with it and see of it. */
export interface LightKiln extends RunningKiln {
  readonly machines: LightMachines;
  /** Does something while the first environment is the only one that is deployed. */
  inFirstEnvironment<T>(work: () => Promise<T>): Promise<T>;
  /** Bakes and tests versions and rolls each out in the first environment only. */
  bake(app: string, versions: readonly string[], files?: Readonly<Record<string, string>>): Promise<void>;
  releaseOf(app: string, version: string): Release;
  environment(name: string): DeployedEnvironment;
  /** Changes what is deployed of an environment. */
  change(name: string, changes: Partial<DeployedEnvironment>): Promise<void>;
  /** Takes the changes back. */
  restore(name: string): Promise<void>;
  /** Starts a rollout of a baked release as a promotion; resolves to the execution's ARN. */
  promote(app: string, version: string, environment: string): Promise<string>;
  /** Starts `kiln rollback`; resolves to the execution's ARN. */
  rollBack(app: string, environment: string): Promise<string>;
  waitFor<T>(what: string, look: () => Promise<T | undefined>): Promise<T>;
  /** Resolves once the execution has come to the state, which may be a short one. */
  waitForState(executionArn: string, state: string): Promise<void>;
  stopExecution(executionArn: string): Promise<void>;
  ended(executionArn: string): Promise<EndedExecution>;
  /** Ends the test when the execution does not succeed. */
  succeeded(executionArn: string): Promise<EndedExecution>;
  record(app: string, environment: string): Promise<EnvironmentRecord>;
  statusIn(app: string, version: string, environment: string): Promise<ReleaseInEnvironment | undefined>;
  /** Weights of the app's rule by version; of target groups that belong to nothing known, by their names. */
  weights(app: string, environment: string): Promise<Readonly<Record<string, number>>>;
  /** Target groups of a rule that splits traffic: the one that has more of it and the other. */
  targetGroups(ruleArn: string): Promise<readonly [string, string]>;
  /** Machines by version, for example `{ '1.0.0': 2 }`. */
  running(app: string, environment: string): Promise<Readonly<Record<string, number>>>;
}

type Verbs = Omit<LightKiln, keyof RunningKiln | 'machines'>;

const createVerbs = (kiln: RunningKiln): Verbs => {
  const { connection, documents, stack } = kiln;
  const { states } = connection;
  const releases = new Map<string, Release>();
  const waitFor = <T>(what: string, look: () => Promise<T | undefined>): Promise<T> =>
    poll(look, PATIENCE_MILLISECONDS, () => what);
  const releaseOf = (app: string, version: string): Release => {
    const release = releases.get(`${app} ${version}`);
    if (release === undefined) throw new Error(`'${app}' ${version} was not baked`);
    return release;
  };
  const environmentOf = (name: string): DeployedEnvironment => {
    const found = stack.environments.find((environment) => environment.name === name);
    if (found === undefined) throw new Error(`no environment '${name}'`);
    return found;
  };
  const setEnvironments = async (
    change: (before: readonly DeployedEnvironment[]) => readonly DeployedEnvironment[],
  ): Promise<void> => {
    await documents.update<EnvironmentsDocument>(ENVIRONMENTS_KEY, (found) => ({
      updatedAt: new Date().toISOString(),
      environments: change(found?.environments ?? []),
    }));
  };
  const inFirstEnvironment = async <T>(work: () => Promise<T>): Promise<T> => {
    let all: readonly DeployedEnvironment[] = [];
    await setEnvironments((before) => {
      all = before;
      return before.slice(0, 1);
    });
    try {
      return await work();
    } finally {
      await setEnvironments(() => all);
    }
  };
  const record = async (app: string, environment: string): Promise<EnvironmentRecord> =>
    (await documents.read<EnvironmentRecord>(environmentKey(environment, app))) ?? {
      app,
      environment,
      updatedAt: '',
    };
  const ended = (executionArn: string): Promise<EndedExecution> =>
    waitFor(`'${executionArn}' does not end`, async () => {
      const {
        status = '',
        error,
        cause = '',
        output = '',
      } = await states.send(new DescribeExecutionCommand({ executionArn }));
      return status === 'RUNNING' ? undefined : { status, error, cause, output };
    });
  /** Which version a target group belongs to. */
  const versionsByTargetGroup = async (app: string, environment: string): Promise<Map<string, string>> => {
    const { current, warm, previous = [] } = await record(app, environment);
    const known = [...previous, ...(warm === undefined ? [] : [warm.deployment]), current];
    return new Map(
      known.flatMap((one) => (one === undefined ? [] : [[one.targetGroupArn, one.version] as const])),
    );
  };
  return {
    releaseOf,
    waitFor,
    record,
    ended,
    environment: environmentOf,
    inFirstEnvironment,
    bake: (app, versions, files = {}) =>
      inFirstEnvironment(async () => {
        for (const version of versions) {
          const { record: baked } = await dropAndWatch(
            kiln,
            `apps/${app}/${version}.zip`,
            appOf(version, files),
          );
          releases.set(`${app} ${version}`, baked);
        }
      }),
    change: (name, changes) =>
      setEnvironments((before) =>
        before.map((environment) =>
          environment.name === name ? { ...environment, ...changes } : environment,
        ),
      ),
    restore: (name) =>
      setEnvironments((before) =>
        before.map((deployed) => (deployed.name === name ? environmentOf(name) : deployed)),
      ),
    promote: (app, version, environment) => {
      const { releaseId } = releaseOf(app, version);
      const input = { app, releaseId, environment, trigger: 'promotion', requestedBy: 'ann' };
      const stateMachineArn = stack.rolloutStateMachineArn;
      return startExecution({ stateMachineArn, kind: 'promotion', input }, connection);
    },
    rollBack: (app, environment) => {
      const input = { app, environment, requestedBy: 'ann' };
      const stateMachineArn = stack.rollbackStateMachineArn;
      return startExecution({ stateMachineArn, kind: 'rollback', input }, connection);
    },
    waitForState: async (executionArn, state) => {
      let seen = '';
      await poll(
        async () => {
          const progress = await readExecutionProgress(executionArn, states);
          const entered = progress?.states.map((run) => run.state) ?? [];
          seen = entered.at(-1) ?? 'none';
          if (entered.includes(state)) return true;
          if (progress?.ended === true) throw new Error(`it ended in '${seen}' before '${state}'`);
          return undefined;
        },
        PATIENCE_MILLISECONDS,
        () => `it is in '${seen}', expected '${state}'`,
      );
    },
    stopExecution: async (executionArn) => {
      await states.send(new StopExecutionCommand({ executionArn, error: 'Stopped', cause: 'by a test' }));
    },
    succeeded: async (executionArn) => {
      const end = await ended(executionArn);
      if (end.status !== 'SUCCEEDED')
        throw new Error(`'${executionArn}' is ${end.status}: ${end.error} ${end.cause}`);
      return end;
    },
    statusIn: async (app, version, environment) =>
      (await documents.read<ReleaseRecord>(releaseKey(releaseOf(app, version))))?.environments?.[environment],
    weights: async (app, environment) => {
      const versions = await versionsByTargetGroup(app, environment);
      const found = await readWeights((await record(app, environment)).ruleArn ?? '', connection.balancing);
      return Object.fromEntries(
        found.map(({ targetGroupArn, weight }) => [
          versions.get(targetGroupArn) ?? targetGroupArn.split('/').at(-2) ?? '',
          weight,
        ]),
      );
    },
    targetGroups: async (ruleArn) => {
      const found = await readWeights(ruleArn, connection.balancing);
      const [more, less] = found.toSorted((a, b) => b.weight - a.weight);
      if (more === undefined || less === undefined) throw new Error(`rule '${ruleArn}' splits nothing`);
      return [more.targetGroupArn, less.targetGroupArn];
    },
    running: async (app, environment) => {
      const machines = await readMachines(connection, app, environment);
      const counts: Record<string, number> = {};
      for (const { release, state } of machines)
        if (state === 'running' || state === 'pending') counts[release] = (counts[release] ?? 0) + 1;
      return counts;
    },
  };
};

/** Starts the packaged stack with these environments on light machines. */
export const startLightKiln = async (
  environments: string,
  options: Omit<KilnOptions, 'hypervisor'> = {},
): Promise<LightKiln> => {
  const machines = createLightMachines();
  const kiln = await startKiln(await newKilnState(environments), { ...options, hypervisor: machines });
  return { ...kiln, machines, ...createVerbs(kiln) };
};
