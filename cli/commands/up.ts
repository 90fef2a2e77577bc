import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { startLocalCloud } from '#localcloud/cloud';
import type { LocalCloud } from '#localcloud/cloud';
import { lockState, StateInUseError } from '#localcloud/state-lock';
import { systemClock } from '#pipeline/clock';
import { createDocumentStore } from '#pipeline/documents/document-store';
import { buildBase } from '../build-base.ts';
import { checkHistoryFile } from '../check-history-file.ts';
import { checkPorts } from '../check-ports.ts';
import type { KilnPorts } from '../check-ports.ts';
import { outputOf } from '../command-context.ts';
import { connect, localConfig, rememberEndpoint } from '../connection.ts';
import { deployKiln } from '../deploy/deploy-kiln.ts';
import type { KilnDeployment } from '../deploy/deploy-kiln.ts';
import { readEnvironmentsFile } from '../environments-file.ts';
import { kilnHome } from '../home.ts';
import { aborted, onInterrupt } from '../interrupt.ts';
import { listenerPorts } from '../listener-ports.ts';
import type { PortOptions } from '../listener-ports.ts';
import { DEFAULT_PORT, minutesApart, portNumber, portOf } from '../number-option.ts';
import { withStep } from '../output.ts';
import type { Output } from '../output.ts';
import { releaseExample } from '../release-example.ts';
import type { ReleasedExample } from '../release-example.ts';
import type { Stack } from '../stack.ts';
import { UserError } from '../user-error.ts';

interface UpOptions extends PortOptions {
  readonly once?: true;
  readonly port: number;
  readonly recycleEvery?: number;
  readonly history?: string;
}

/** Where the local cloud listens and writes. */
interface CloudPlaces extends KilnPorts {
  /** Absolute. */
  readonly historyFile?: string;
}

/** Refuses before anything starts what would fail half-way. */
const checkStart = async (stateDir: string, { historyFile, ...ports }: CloudPlaces): Promise<void> => {
  await mkdir(stateDir, { recursive: true });
  try {
    lockState(stateDir)();
  } catch (error) {
    if (!(error instanceof StateInUseError)) throw error;
    throw new UserError(error.message, 'end the other one with Ctrl-C, or use another KILN_HOME', {
      cause: error,
    });
  }
  await checkPorts(ports);
  if (historyFile !== undefined) await checkHistoryFile(historyFile);
};

const startCloud = (places: CloudPlaces, output: Output, signal: AbortSignal): Promise<LocalCloud> =>
  withStep(output, 'local cloud', async () => {
    const stateDir = join(kilnHome(), 'cloud');
    await checkStart(stateDir, places);
    const cloud = await startLocalCloud({
      stateDir,
      port: places.port,
      ...(places.historyFile === undefined ? {} : { historyFile: places.historyFile }),
      log: (level, message, fields) => {
        // Calls that Ctrl-C cuts off fail, which is no news.
        if (signal.aborted) return;
        if (level === 'warn' || level === 'error')
          output.warning(JSON.stringify({ level, message, ...fields }));
      },
    });
    rememberEndpoint(cloud.endpointUrl);
    return [cloud, cloud.endpointUrl];
  });

const showAddresses = ({ environments }: Stack): string => {
  const width = Math.max(...environments.map(({ name }) => name.length));
  return environments.map(({ name, url }) => `  ${name.padEnd(width)}  ${url}`).join('\n');
};

const showNextSteps = (endpoint: string, stack: Stack, example: ReleasedExample, output: Output): void => {
  const { awaiting } = example;
  const approval =
    awaiting === undefined
      ? ''
      : `
${awaiting.name} waits until somebody lets the release in, with the same image:
  npx kiln approve hello --env ${awaiting.name}
`;
  output.line(`
the app
${showAddresses(stack)}
${approval}
in another terminal, a new version:
  npx kiln drop examples/hello-node --app hello --version 2.0.0

or with any S3 client:
  export AWS_ACCESS_KEY_ID=kiln AWS_SECRET_ACCESS_KEY=kiln
  export AWS_DEFAULT_REGION=eu-central-1
  aws --endpoint-url ${endpoint} s3 cp \\
    ${example.path} \\
    s3://${stack.bucket}/apps/hello/2.0.0.zip

look around:
  npx kiln rollout status
  npx kiln releases
  npx kiln ps
  npx kiln logs hello

Ctrl-C ends every machine; the state stays.`);
};

const showResult = (endpoint: string, stack: Stack, example: ReleasedExample, output: Output): void => {
  const [{ name, url }] = stack.environments;
  const result = {
    url,
    endpoint,
    bucket: stack.bucket,
    environments: stack.environments.map((each) => ({ name: each.name, url: each.url })),
    awaitingApproval: example.awaiting?.name ?? null,
  };
  output.result(
    result,
    example.isOff ? `${name} is switched off: kiln env on ${name}` : `hello answers at ${url}`,
  );
};

const up = async (
  cloud: LocalCloud,
  deployment: KilnDeployment,
  once: boolean,
  output: Output,
  signal: AbortSignal,
): Promise<void> => {
  const base = await buildBase(output, signal);
  const connection = connect(localConfig(cloud.endpointUrl));
  const stack = await deployKiln(base, deployment, { connection, output, signal });
  const documents = createDocumentStore(connection.s3, stack.bucket);
  const example = await releaseExample({ connection, stack, documents, clock: systemClock, output }, signal);
  showResult(cloud.endpointUrl, stack, example, output);
  if (once) return;
  showNextSteps(cloud.endpointUrl, stack, example, output);
  await aborted(signal);
};

/**
 * `kiln up`: the local cloud, the stack in it and the example released: everything, on this machine. Ctrl-C ends it with
 * exit code 0 once the example answers, before that with 130.
 */
export const upCommand = (): Command =>
  new Command('up')
    .description('start the local cloud, deploy the stack into it and release the example')
    .option('--once', 'end when the example is live and has answered')
    .option('--port <port>', "the local cloud's port on 127.0.0.1", portNumber, DEFAULT_PORT)
    .option(
      '--listener-port <port>',
      'the port of 127.0.0.1 on which the first environment answers; the others keep their distance (default: as environments.yml says)',
      portNumber,
    )
    .option(
      '--port-of <environment=port>',
      'the port of one environment, for example prod=9081; may be repeated',
      portOf,
    )
    .option(
      '--recycle-every <minutes>',
      'how often machines that are too old are looked for (default: 5)',
      minutesApart,
    )
    .option(
      '--history <file>',
      'append every call and event to a file, one JSON object a line',
      (text: string) => resolve(text),
    )
    .addHelpText(
      'after',
      '\nThe environments are in environments.yml, or the file that KILN_ENVIRONMENTS names.\n\nExamples:\n  kiln up\n  kiln up --port 4567 --listener-port 9080\n  kiln up --port-of prod=9000',
    )
    .action(async (options: UpOptions, command: Command) => {
      const output = outputOf(command);
      const signal = onInterrupt();
      const file = readEnvironmentsFile();
      const ports = listenerPorts(file.environments, options);
      const { port, history: historyFile } = options;
      const places = { port, listeners: ports, ...(historyFile === undefined ? {} : { historyFile }) };
      const cloud = await startCloud(places, output, signal);
      try {
        const deployment = { file, ports, recycleEveryMinutes: options.recycleEvery };
        await up(cloud, deployment, options.once === true, output, signal);
      } catch (error) {
        // What fails after Ctrl-C fails because of it.
        throw signal.aborted ? signal.reason : error;
      } finally {
        await withStep(output, 'ending machines', async () => {
          await cloud.stop();
          return [undefined, ''];
        });
      }
    });
