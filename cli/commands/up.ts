import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { startLocalCloud } from '#localcloud/cloud';
import type { LocalCloud } from '#localcloud/cloud';
import { lockState, StateInUseError } from '#localcloud/state-lock';
import { systemClock } from '#pipeline/clock';
import { createDocumentStore } from '#pipeline/documents/document-store';
import { buildBase } from '../build-base.ts';
import { checkPorts } from '../check-ports.ts';
import type { KilnPorts } from '../check-ports.ts';
import { outputOf } from '../command-context.ts';
import { connect, localConfig, rememberEndpoint } from '../connection.ts';
import { deployKiln } from '../deploy/deploy-kiln.ts';
import { kilnHome } from '../home.ts';
import { aborted, onInterrupt } from '../interrupt.ts';
import { DEFAULT_PORTS, portNumber } from '../number-option.ts';
import { withStep } from '../output.ts';
import type { Output } from '../output.ts';
import { releaseExample } from '../release-example.ts';
import { UserError } from '../user-error.ts';

interface UpOptions extends KilnPorts {
  readonly once?: true;
}

/** Refuses before anything starts what would fail half-way. */
const checkStart = async (stateDir: string, ports: KilnPorts): Promise<void> => {
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
};

const startCloud = (options: UpOptions, output: Output, signal: AbortSignal): Promise<LocalCloud> =>
  withStep(output, 'local cloud', async () => {
    const stateDir = join(kilnHome(), 'cloud');
    await checkStart(stateDir, options);
    const cloud = await startLocalCloud({
      stateDir,
      port: options.port,
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

const showNextSteps = (
  { endpoint, url, bucket }: { readonly endpoint: string; readonly url: string; readonly bucket: string },
  example: string,
  output: Output,
): void => {
  output.line(`
the app
  ${url}

in another terminal, a new version:
  npx kiln drop examples/hello-node --app hello --version 2.0.0

or with any S3 client:
  export AWS_ACCESS_KEY_ID=kiln AWS_SECRET_ACCESS_KEY=kiln
  export AWS_DEFAULT_REGION=eu-central-1
  aws --endpoint-url ${endpoint} s3 cp \\
    ${example} \\
    s3://${bucket}/apps/hello/2.0.0.zip

look around:
  npx kiln releases
  npx kiln ps
  npx kiln logs hello

Ctrl-C ends every machine; the state stays.`);
};

const up = async (
  cloud: LocalCloud,
  options: UpOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> => {
  const base = await buildBase(output, signal);
  const connection = connect(localConfig(cloud.endpointUrl));
  const parameters = { DevListenerPort: String(options.listenerPort) };
  const stack = await deployKiln(base, parameters, { connection, output, signal });
  const documents = createDocumentStore(connection.s3, stack.bucket);
  const example = await releaseExample({ connection, stack, documents, clock: systemClock, output }, signal);
  const result = { url: stack.devUrl, endpoint: cloud.endpointUrl, bucket: stack.bucket };
  output.result(result, `hello answers at ${stack.devUrl}`);
  if (options.once === true) return;
  showNextSteps(result, example, output);
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
    .option('--port <port>', "the local cloud's port on 127.0.0.1", portNumber, DEFAULT_PORTS.port)
    .option(
      '--listener-port <port>',
      'the port of 127.0.0.1 on which the dev environment answers',
      portNumber,
      DEFAULT_PORTS.listenerPort,
    )
    .action(async (options: UpOptions, command: Command) => {
      const output = outputOf(command);
      const signal = onInterrupt();
      const cloud = await startCloud(options, output, signal);
      try {
        await up(cloud, options, output, signal);
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
