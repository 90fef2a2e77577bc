import { Command } from 'commander';
import { outputOf } from '../command-context.ts';
import { checkEnvironments } from '../doctor/check-environments.ts';
import { checkDisk, checkNode, checkPackages, checkVirtualisation } from '../doctor/check-host.ts';
import { checkBase, checkLocalCloud } from '../doctor/check-local-cloud.ts';
import type { Finding } from '../doctor/finding.ts';
import { readEnvironmentsFile } from '../environments-file.ts';
import { listenerPorts } from '../listener-ports.ts';
import type { PortOptions } from '../listener-ports.ts';
import { DEFAULT_PORT, portNumber, portOf } from '../number-option.ts';
import { UserError } from '../user-error.ts';

/** Fails where somebody must do something, with what. */
const refuse = (findings: readonly Finding[]): void => {
  const bad = findings.filter(({ status }) => status === 'missing' || status === 'blocked');
  if (bad.length === 0) return;
  const named = (wanted: Finding['status']): string =>
    bad
      .filter(({ status }) => status === wanted)
      .map(({ check }) => check)
      .join(', ');
  const problems = (['missing', 'blocked'] as const)
    .filter((status) => named(status) !== '')
    .map((status) => `${status}: ${named(status)}`);
  throw new UserError(problems.join('; '), bad.map(({ remedy }) => remedy).join('; '));
};

/**
 * `kiln doctor`: what Kiln needs of this host, and what stands in the way of apps; exit code 1 where somebody must do
 * something.
 */
export const doctorCommand = (): Command =>
  new Command('doctor')
    .description(
      'check what Kiln needs of this host and whether apps are blocked in their environments, and say what to do',
    )
    .option('--port <port>', 'the port that the local cloud will have', portNumber, DEFAULT_PORT)
    .option('--listener-port <port>', 'the port that the first environment will have', portNumber)
    .option('--port-of <environment=port>', 'the port that one environment will have', portOf)
    .addHelpText('after', '\nExamples:\n  kiln doctor\n  kiln doctor --json')
    .action(async (options: PortOptions & { readonly port: number }, command: Command) => {
      const listeners = listenerPorts(readEnvironmentsFile().environments, options);
      const findings: readonly Finding[] = [
        checkNode(),
        await checkPackages(),
        await checkVirtualisation(),
        await checkDisk(),
        await checkBase(),
        ...(await checkLocalCloud({ port: options.port, listeners })),
        ...(await checkEnvironments()),
      ];
      const output = outputOf(command);
      output.table(
        findings,
        [
          { title: 'check', text: (finding: Finding) => finding.check },
          { title: 'status', text: (finding: Finding) => finding.status },
          { title: 'found', text: (finding: Finding) => finding.found },
        ],
        '',
      );
      for (const { check, status, remedy } of findings)
        if (status === 'note' && remedy !== undefined) output.line(`${check}: ${remedy}`);
      refuse(findings);
    });
