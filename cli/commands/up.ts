import { join } from 'node:path';
import { Command } from 'commander';
import { startLocalCloud } from '#localcloud/cloud';
import type { LocalCloud } from '#localcloud/cloud';
import { StateInUseError } from '#localcloud/state-lock';
import { systemClock } from '#pipeline/clock';
import { createDocumentStore } from '#pipeline/documents/document-store';
import { buildBase } from '../build-base.ts';
import { outputOf } from '../command-context.ts';
import { connect, localConfig } from '../connection.ts';
import { deployLocally } from '../deploy/deploy-locally.ts';
import { kilnHome } from '../home.ts';
import { aborted, onInterrupt } from '../interrupt.ts';
import type { Output } from '../output.ts';
import { releaseExample } from '../release-example.ts';
import { UserError } from '../user-error.ts';

interface UpOptions {
  readonly once: boolean;
  readonly port: string;
  readonly listenerPort: string;
}

const startCloud = async (port: number, output: Output): Promise<LocalCloud> => {
  const step = output.step('local cloud');
  try {
    const cloud = await startLocalCloud({ stateDir: join(kilnHome(), 'cloud'), port });
    step.done(cloud.endpointUrl);
    return cloud;
  } catch (error) {
    step.failed();
    if (error instanceof StateInUseError) {
      throw new UserError(error.message, 'end the other one with Ctrl-C, or use another KILN_HOME', {
        cause: error,
      });
    }
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      throw new UserError(`port ${port} of 127.0.0.1 is in use`, 'npm start -- --port <another>', {
        cause: error,
      });
    }
    throw error;
  }
};

const showNextSteps = (
  endpoint: string,
  url: string,
  example: string,
  bucket: string,
  output: Output,
): void => {
  output.line();
  output.line(`  the app          ${url}`);
  output.line('  a new version    npx kiln drop examples/hello-node --app hello --version 2.0.0');
  output.line('                   or with any S3 client:');
  output.line(
    `                   aws --endpoint-url ${endpoint} s3 cp ${example} s3://${bucket}/apps/hello/2.0.0.zip`,
  );
  output.line(
    '                   (AWS_ACCESS_KEY_ID=kiln AWS_SECRET_ACCESS_KEY=kiln AWS_DEFAULT_REGION=eu-central-1)',
  );
  output.line('  look around      npx kiln releases | ps | logs hello | run <artifact>');
  output.line();
};

const up = async (
  cloud: LocalCloud,
  options: UpOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> => {
  const base = await buildBase(output, signal);
  const connection = connect(localConfig(cloud.endpointUrl));
  const stack = await deployLocally(base, { DevListenerPort: options.listenerPort }, { connection, output });
  signal.throwIfAborted();
  const documents = createDocumentStore(connection.s3, stack.bucket);
  const example = await releaseExample({ connection, stack, documents, clock: systemClock, output }, signal);
  output.result(
    { url: stack.devUrl, endpoint: cloud.endpointUrl, bucket: stack.bucket },
    `hello answers at ${stack.devUrl}`,
  );
  if (options.once) return;
  showNextSteps(cloud.endpointUrl, stack.devUrl, example, stack.bucket, output);
  output.line('Ctrl-C ends every machine; the state stays.');
  await aborted(signal);
};

/** `kiln up`: the local cloud, the stack in it and the example released: everything, on this machine. */
export const upCommand = (): Command =>
  new Command('up')
    .description('start the local cloud, deploy the stack into it and release the example')
    .option('--once', 'end when the example is live and has answered', false)
    .option('--port <port>', "the local cloud's port on 127.0.0.1", '4566')
    .option('--listener-port <port>', 'the port on which the dev environment answers', '8080')
    .action(async (options: UpOptions, command: Command) => {
      const output = outputOf(command);
      const signal = onInterrupt();
      const cloud = await startCloud(Number(options.port), output);
      try {
        await up(cloud, options, output, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        const step = output.step('ending machines');
        await cloud.stop();
        step.done();
      }
    });
