import { Command } from 'commander';
import { buildBase } from '../build-base.ts';
import { outputOf } from '../command-context.ts';
import { configOfEnvironment, connect } from '../connection.ts';
import { readEnvironmentsFile } from '../environments-file.ts';
import { deployKiln } from '../deploy/deploy-kiln.ts';
import { onInterrupt } from '../interrupt.ts';
import { listenerPorts } from '../listener-ports.ts';
import type { PortOptions } from '../listener-ports.ts';
import { minutesApart, portNumber, portOf } from '../number-option.ts';
import type { Stack } from '../stack.ts';

const showAddresses = ({ environments }: Stack): string =>
  environments.map(({ name, url }) => `  ${name}  ${url}`).join('\n');

/** `kiln deploy`: the stack and the base machine, into an account or a local cloud that runs. */
export const deployCommand = (): Command =>
  new Command('deploy')
    .description(
      'package the stack, deploy it and publish the base machine; with KILN_ENDPOINT=aws into an account',
    )
    .option(
      '--listener-port <port>',
      'the port on which the first environment answers; the others keep their distance',
      portNumber,
    )
    .option(
      '--port-of <environment=port>',
      'the port on which one environment answers; may be repeated',
      portOf,
    )
    .option(
      '--recycle-every <minutes>',
      'how often machines that are too old are looked for (default: 5)',
      minutesApart,
    )
    .addHelpText(
      'after',
      '\nThe environments and their ports are in environments.yml, or the file that KILN_ENVIRONMENTS names.\n\nExamples:\n  kiln deploy\n  KILN_ENDPOINT=aws kiln deploy --listener-port 80 --port-of prod=443',
    )
    .action(async (options: PortOptions & { readonly recycleEvery?: number }, command: Command) => {
      const output = outputOf(command);
      const file = readEnvironmentsFile();
      const ports = listenerPorts(file.environments, options);
      const signal = onInterrupt();
      const base = await buildBase(output, signal);
      const stack = await deployKiln(
        base,
        { file, ports, recycleEveryMinutes: options.recycleEvery },
        { connection: connect(configOfEnvironment()), output, signal },
      );
      output.result(
        { bucket: stack.bucket, environments: stack.environments.map(({ name, url }) => ({ name, url })) },
        `drop artifacts in s3://${stack.bucket}/apps/<app>/<version>.zip; they answer at\n${showAddresses(stack)}`,
      );
    });
