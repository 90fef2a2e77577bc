import { Command } from 'commander';
import type { KilnPorts } from '../check-ports.ts';
import { outputOf } from '../command-context.ts';
import { checkDisk, checkNode, checkPackages, checkVirtualisation } from '../doctor/check-host.ts';
import { checkBase, checkLocalCloud } from '../doctor/check-local-cloud.ts';
import type { Finding } from '../doctor/finding.ts';
import { DEFAULT_PORTS, portNumber } from '../number-option.ts';
import { UserError } from '../user-error.ts';

/** `kiln doctor`: what Kiln needs of this host, and whether it is there; exit code 1 when something is missing. */
export const doctorCommand = (): Command =>
  new Command('doctor')
    .description('check what Kiln needs of this host, and say what to do where something is missing')
    .option('--port <port>', 'the port that the local cloud will have', portNumber, DEFAULT_PORTS.port)
    .option(
      '--listener-port <port>',
      'the port that the dev environment will have',
      portNumber,
      DEFAULT_PORTS.listenerPort,
    )
    .action(async (ports: KilnPorts, command: Command) => {
      const findings: readonly Finding[] = [
        checkNode(),
        await checkPackages(),
        await checkVirtualisation(),
        await checkDisk(),
        await checkBase(),
        ...(await checkLocalCloud(ports)),
      ];
      outputOf(command).table(
        findings,
        [
          { title: 'check', text: (finding: Finding) => finding.check },
          { title: 'status', text: (finding: Finding) => finding.status },
          { title: 'found', text: (finding: Finding) => finding.found },
        ],
        '',
      );
      const missing = findings.filter((finding) => finding.status === 'missing');
      if (missing.length === 0) return;
      throw new UserError(
        `missing: ${missing.map((finding) => finding.check).join(', ')}`,
        missing.map((finding) => finding.remedy).join('; '),
      );
    });
