import { systemClock } from '#pipeline/clock';
import { readBudget } from '#pipeline/disruption/budget';
import { createDocumentStore } from '#pipeline/documents/document-store';
import { readEnvironments } from '#pipeline/environments/read-environments';
import type { CommandContext } from '../command-context.ts';
import { configOfEnvironment, connect, isUnreachable, usesAccount } from '../connection.ts';
import type { Connection } from '../connection.ts';
import { readApps } from '../environments/environment-records.ts';
import type { AppInEnvironment } from '../environments/environment-records.ts';
import { readMachines } from '../machines.ts';
import { readReleaseRecords } from '../release-records.ts';
import { readStatus } from '../rollouts/read-status.ts';
import type { AppStatus } from '../rollouts/read-status.ts';
import { describeStack, readStack } from '../stack.ts';
import { UserError } from '../user-error.ts';
import { checkDeadLetters } from './check-dead-letters.ts';
import { explainApp } from './explain-app.ts';
import { explainEnvironment } from './explain-recycling.ts';
import { explainRelease, isUnderWay } from './explain-release.ts';
import { readExecutionState } from './execution-state.ts';
import type { Finding } from './finding.ts';

const executionsOf = ({ record, approval }: AppStatus): readonly string[] =>
  [record.lease, record.waiting, approval]
    .map((holder) => holder?.executionArn)
    .filter((arn) => arn !== undefined);

type Context = Pick<CommandContext, 'connection' | 'stack' | 'documents' | 'clock'>;

const explainReleases = async (
  apps: readonly AppInEnvironment[],
  context: Context,
): Promise<readonly Finding[]> => {
  const { connection, stack, clock } = context;
  const executions = stack.releaseStateMachineArn.replace(':stateMachine:', ':execution:');
  const records = (await readReleaseRecords(context)).filter(isUnderWay);
  const found = await Promise.all(
    records.map(async (record) => {
      const state = await readExecutionState(`${executions}:${record.releaseId}`, connection);
      return explainRelease({ record, state, apps: apps.map((app) => app.record) }, clock.now());
    }),
  );
  return found.flat();
};

const explainAll = async (context: Context): Promise<readonly Finding[]> => {
  const apps = await readApps({}, context);
  const found = await Promise.all(
    apps.map(async (app) => {
      const status = await readStatus(app, context);
      const states = executionsOf(status).map(
        async (arn) => [arn, await readExecutionState(arn, context.connection)] as const,
      );
      return explainApp({ status, executions: new Map(await Promise.all(states)) }, context.clock.now());
    }),
  );
  return [...found.flat(), ...(await explainReleases(apps, context))];
};

const explainEnvironments = async (context: Context): Promise<readonly Finding[]> => {
  const { connection, documents, clock } = context;
  const environments = await readEnvironments(documents);
  const found = await Promise.all(
    environments.map(async (environment) => {
      const budget = await readBudget(environment.name, { documents, clock, states: connection.states });
      const machines = await readMachines(connection, undefined, environment.name);
      const launchedAt = machines
        .filter(({ groupName, state }) => groupName !== undefined && state === 'running')
        .map((machine) => machine.launchedAt);
      return explainEnvironment({ environment, budget, launchedAt }, clock.now());
    }),
  );
  return found.flat();
};

/** A deployment that was cut off, or is older than this command. */
const unfinished = (error: unknown): Finding => {
  if (!(error instanceof UserError)) throw error;
  return { check: 'stack', status: 'missing', found: error.message, remedy: error.suggestion };
};

/** What stands in the way of each app in each environment; nothing where no cloud answers or nothing is deployed. */
export const checkEnvironments = async (
  connection: Connection = connect(configOfEnvironment()),
): Promise<readonly Finding[]> => {
  try {
    if ((await describeStack(connection.cloudFormation)) === undefined) return [];
  } catch (error) {
    // What else may listen on the local cloud's port is told by the check of that port.
    if (isUnreachable(error) || !usesAccount()) return [];
    throw error;
  }
  const stack = await readStack(connection).catch(unfinished);
  if ('check' in stack) return [stack];
  const documents = createDocumentStore(connection.s3, stack.bucket);
  const context = { connection, stack, documents, clock: systemClock };
  return [
    await checkDeadLetters(stack.deadLetterQueueUrl, connection.sqs),
    ...(await explainEnvironments(context)),
    ...(await explainAll(context)),
  ];
};
