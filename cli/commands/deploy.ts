import { Command } from 'commander';
import { buildBase } from '../build-base.ts';
import { outputOf } from '../command-context.ts';
import { configOfEnvironment, connect } from '../connection.ts';
import { deployKiln } from '../deploy/deploy-kiln.ts';
import { onInterrupt } from '../interrupt.ts';

interface DeployOptions {
  readonly listenerPort: string;
}

/** `kiln deploy`: the stack and the base machine, into an account or a local cloud that runs. */
export const deployCommand = (): Command =>
  new Command('deploy')
    .description(
      'package the stack, deploy it and publish the base machine; with KILN_ENDPOINT=aws into an account',
    )
    .option('--listener-port <port>', 'the port on which the dev environment answers', '80')
    .action(async (options: DeployOptions, command: Command) => {
      const output = outputOf(command);
      const signal = onInterrupt();
      const base = await buildBase(output, signal);
      const stack = await deployKiln(
        base,
        { DevListenerPort: options.listenerPort },
        { connection: connect(configOfEnvironment()), output, signal },
      );
      output.result(
        { bucket: stack.bucket, url: stack.devUrl },
        `drop artifacts in s3://${stack.bucket}/apps/<app>/<version>.zip; they answer at ${stack.devUrl}`,
      );
    });
