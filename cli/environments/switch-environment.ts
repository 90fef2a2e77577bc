import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { poll } from '#pipeline/clock';
import type { EnvironmentRecord } from '#pipeline/model';
import { countHealthy, readTargetHealth } from '#pipeline/traffic/target-group';
import type { CommandContext } from '../command-context.ts';
import type { Connection } from '../connection.ts';
import { withStep } from '../output.ts';
import { readMachines } from '../machines.ts';
import { UserError } from '../user-error.ts';
import { readApps } from './environment-records.ts';
import { switchProgress } from './switch-progress.ts';
import type { AppCapacity, SwitchProgress } from './switch-progress.ts';

/** Longer than any boot or drain that an environment allows by default. */
const SWITCH_TIMEOUT_MILLISECONDS = 900_000;

/** Who wants what of an environment. */
export interface SwitchInput {
  readonly environment: string;
  readonly to: 'off' | 'on';
  readonly by: string;
}

/** Says what is wanted, as the schedule does. @throws UserError when the function fails */
export const requestSwitch = async (
  input: SwitchInput,
  { connection, stack }: Pick<CommandContext, 'connection' | 'stack'>,
): Promise<void> => {
  const { FunctionError, Payload } = await connection.lambda.send(
    new InvokeCommand({ FunctionName: stack.switchEnvironmentFunctionName, Payload: JSON.stringify(input) }),
  );
  if (FunctionError === undefined) return;
  const failure = JSON.parse(Payload?.transformToString() ?? '{}') as { errorMessage?: string };
  throw new UserError(
    `'${input.environment}' was not switched ${input.to}: ${failure.errorMessage ?? FunctionError}`,
    `kiln env show ${input.environment}, and the log of function switchEnvironment`,
  );
};

const desiredOf = async (record: EnvironmentRecord, { autoScaling }: Connection): Promise<number> => {
  const name = record.current?.groupName;
  if (name === undefined) return 0;
  const { AutoScalingGroups = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  return AutoScalingGroups[0]?.DesiredCapacity ?? 0;
};

const healthyOf = async (record: EnvironmentRecord, { balancing }: Connection): Promise<number> => {
  const arn = record.current?.targetGroupArn;
  const targets = arn === undefined ? [] : await readTargetHealth(arn, balancing);
  return countHealthy(targets);
};

const readCapacities = async (
  environment: string,
  context: CommandContext,
): Promise<readonly AppCapacity[]> => {
  const apps = await readApps({ environment }, context);
  const machines = await readMachines(context.connection, undefined, environment);
  return Promise.all(
    apps.map(async ({ record }) => ({
      record,
      machines: machines.filter(({ app }) => app === record.app).length,
      healthy: await healthyOf(record, context.connection),
      desired: await desiredOf(record, context.connection),
    })),
  );
};

/**
 * Follows the switching until all machines are gone, or all are healthy.
 * @throws UserError when that takes too long
 */
export const followSwitch = (
  { environment, to }: SwitchInput,
  context: CommandContext & { readonly signal: AbortSignal },
): Promise<SwitchProgress> =>
  withStep(context.output, `${environment} ${to}`, async (step) => {
    let shown = '';
    const interval = { intervalMilliseconds: 500, timeoutMilliseconds: SWITCH_TIMEOUT_MILLISECONDS };
    const progress = await poll(context.clock, interval, async () => {
      context.signal.throwIfAborted();
      const found = switchProgress(to, await readCapacities(environment, context));
      if (found.done) return found;
      if (found.note !== shown) step.detail(found.note);
      shown = found.note;
      return undefined;
    });
    if (progress !== undefined) return [progress, progress.note];
    throw new UserError(
      `'${environment}' is not ${to} after ${SWITCH_TIMEOUT_MILLISECONDS / 60_000} min: ${shown}`,
      `kiln ps --env ${environment}, and kiln doctor`,
    );
  });
