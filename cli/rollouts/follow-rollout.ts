import type { CommandContext } from '../command-context.ts';
import { watchRollout } from '../progress/watch-rollout.ts';
import type { RolloutToWatch } from '../progress/watch-rollout.ts';
import { readEnvironments } from '#pipeline/environments/read-environments';
import { UserError } from '../user-error.ts';

const urlOf = async (environment: string, { documents }: CommandContext): Promise<string> =>
  (await readEnvironments(documents)).find(({ name }) => name === environment)?.url ?? environment;

/**
 * Follows a rollout with live progress and says how it ended.
 * @throws UserError when the release does not serve in the end
 */
export const followRollout = async (
  rollout: RolloutToWatch & { readonly version: string },
  context: CommandContext & { readonly signal: AbortSignal },
): Promise<void> => {
  const { app, environment, version, executionArn } = rollout;
  const { output, signal } = context;
  try {
    const outcome = await watchRollout(rollout, context);
    const result = { app, environment, version, releaseId: rollout.releaseId, executionArn, ...outcome };
    if (outcome.kind === 'ended') {
      if (output.json) output.result(result, '');
      throw new UserError(
        `${app} ${version} was not rolled out in ${environment} (${outcome.reason}): ${outcome.message}`,
        `kiln releases ${app} --env ${environment}; what served before still serves`,
      );
    }
    if (outcome.kind === 'awaiting-approval')
      output.result(
        result,
        `${app} ${version} awaits approval for ${environment}: kiln approve ${app} --env ${environment}`,
      );
    else
      output.result(
        result,
        `${app} ${version} is live in ${environment} at ${await urlOf(environment, context)}`,
      );
  } finally {
    if (signal.aborted)
      output.line(`the rollout goes on: kiln rollout status ${app} --env ${environment} --watch`);
  }
};
