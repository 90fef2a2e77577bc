import { Command } from 'commander';
import { readEnvironments } from '#pipeline/environments/read-environments';
import type { DeployedEnvironment } from '#pipeline/environments/environment';
import { readSwitchedOff } from '#pipeline/environments/switched-off';
import type { EnvironmentSwitch } from '#pipeline/environments/switched-off';
import { ageOf } from '../age.ts';
import { callerArn } from '../caller.ts';
import { openContext } from '../command-context.ts';
import { readApps } from '../environments/environment-records.ts';
import { findEnvironment } from '../environments/find-environment.ts';
import { renderChaosState, renderUptime } from '../environments/render-disruption.ts';
import { renderApprovalRule, renderEnvironment, renderSteps } from '../environments/render-environment.ts';
import { followSwitch, requestSwitch } from '../environments/switch-environment.ts';
import { onInterrupt } from '../interrupt.ts';
import { readStatus } from '../rollouts/read-status.ts';
import { renderStatus } from '../rollouts/render-status.ts';

type Listed = DeployedEnvironment & { readonly apps: readonly string[]; readonly off?: EnvironmentSwitch };

const renderSwitch = (off: EnvironmentSwitch | undefined, now: Date): string =>
  off === undefined ? 'on' : `off, for ${ageOf(off.since, now)}`;

const listCommand = (): Command =>
  new Command('list')
    .description('list the environments in the order in which a release goes through them')
    .addHelpText('after', '\nExamples:\n  kiln env list')
    .action(async (_options: object, command: Command) => {
      const context = await openContext(command);
      const environments = await readEnvironments(context.documents);
      const apps = await readApps({}, context);
      const now = context.clock.now();
      const rows = await Promise.all(
        environments.map(async (environment): Promise<Listed> => {
          const off = await readSwitchedOff(environment.name, context.documents);
          const own = apps.filter((app) => app.environment.name === environment.name);
          return {
            ...environment,
            apps: own.map(({ record }) => `${record.app} ${record.current?.version ?? '-'}`),
            ...(off === undefined ? {} : { off }),
          };
        }),
      );
      context.output.table(
        rows,
        [
          { title: 'env', text: (row: Listed) => row.name },
          { title: 'state', text: (row: Listed) => renderSwitch(row.off, now) },
          { title: 'rollout', text: (row: Listed) => renderSteps(row) },
          { title: 'approval', text: (row: Listed) => renderApprovalRule(row) },
          { title: 'uptime', text: (row: Listed) => renderUptime(row) },
          { title: 'chaos', text: (row: Listed) => renderChaosState(row) },
          { title: 'address', text: (row: Listed) => row.url },
          { title: 'apps', text: (row: Listed) => row.apps.join(', ') || '-' },
        ],
        'no environment',
      );
    });

const showCommand = (): Command =>
  new Command('show')
    .description("show an environment's rules, and what serves in it")
    .argument('<environment>', 'the environment')
    .addHelpText('after', '\nExamples:\n  kiln env show prod')
    .action(async (name: string, _options: object, command: Command) => {
      const context = await openContext(command);
      const environment = findEnvironment(name, await readEnvironments(context.documents));
      const off = await readSwitchedOff(name, context.documents);
      const apps = await readApps({ environment: name }, context);
      const statuses = await Promise.all(apps.map((app) => readStatus(app, context)));
      const now = context.clock.now();
      const state = off === undefined ? 'on' : `${renderSwitch(off, now)} (${off.by})`;
      const text = [
        `${renderEnvironment(environment)}\n  ${'state'.padEnd(10)}  ${state}`,
        ...statuses.map((status) => renderStatus(status, now)),
      ];
      context.output.result({ ...environment, off, apps: statuses }, text.join('\n\n'));
    });

const switchCommand = (to: 'off' | 'on'): Command =>
  new Command(to)
    .description(
      to === 'off'
        ? 'take the capacity of every app of an environment to zero; a rollout that runs is finished first'
        : 'bring the capacity of every app of an environment back',
    )
    .argument('<environment>', 'the environment')
    .option('--no-wait', `do not wait until ${to === 'off' ? 'all machines are gone' : 'all are healthy'}`)
    .addHelpText('after', `\nExamples:\n  kiln env ${to} dev`)
    .action(async (name: string, { wait }: { readonly wait: boolean }, command: Command) => {
      const context = await openContext(command);
      const { name: environment } = findEnvironment(name, await readEnvironments(context.documents));
      const signal = onInterrupt();
      const input = { environment, to, by: await callerArn(context.connection) };
      await requestSwitch(input, context);
      if (!wait) {
        context.output.result(input, `${environment} goes ${to}: kiln env show ${environment}`);
        return;
      }
      const { later } = await followSwitch(input, { ...context, signal }).finally(() => {
        if (signal.aborted)
          context.output.line(`${environment} goes ${to} all the same: kiln env show ${environment}`);
      });
      const rest = later.length === 0 ? '' : `; ${later.join(', ')} when the rollout ends`;
      const back = to === 'off' ? `; back with: kiln env on ${environment}` : '';
      context.output.result({ ...input, later }, `${environment} is ${to}${rest}${back}`);
    });

/** `kiln env list|show|off|on`: the environments, and switching them off and on. */
export const envCommand = (): Command =>
  new Command('env')
    .description('look at environments, and switch them off and on')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(switchCommand('off'))
    .addCommand(switchCommand('on'));
