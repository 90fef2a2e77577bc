import { asCloudUnavailable } from '#pipeline/as-cloud-unavailable';
import { abandonReplacement } from '#pipeline/recycle/abandon-replacement';
import { launchReplacements } from '#pipeline/recycle/launch-replacements';
import type { LaunchReplacementsInput } from '#pipeline/recycle/replacement-order';
import { retireInstances } from '#pipeline/recycle/retire-instances';
import { waitForReplacements } from '#pipeline/recycle/wait-for-replacements';
import type { recyclingWorld } from './recycling-world.ts';

type Deps = ReturnType<typeof recyclingWorld>['deps'];

const AGAIN = new Set(['TargetsNotHealthyYet', 'MachinesStillEnding', 'GroupNotWhole']);
const MOST_TRIES = 200;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));

/** Calls a step until it no longer asks to be called again, ten seconds apart, as its state does. */
export const again = async <Result>(step: () => Promise<Result>, { clock }: Deps): Promise<Result> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await step();
    } catch (error) {
      if (!AGAIN.has(nameOf(error)) || tries > MOST_TRIES) throw error;
      await clock.delay(10_000);
    }
  }
};

/** Runs the states of a replacement as the state machine does; gives the name of the error that ended it, if one did. */
export const runReplacement = async (
  order: LaunchReplacementsInput,
  deps: Deps,
): Promise<string | undefined> => {
  try {
    let next: LaunchReplacementsInput | null = order;
    while (next !== null) {
      const input: LaunchReplacementsInput = next;
      const launched = await launchReplacements(input, deps);
      const { batch } = await again(() => waitForReplacements(launched, deps), deps);
      ({ next } = await again(() => retireInstances({ batch }, deps), deps));
    }
    return undefined;
  } catch (thrown) {
    const error = asCloudUnavailable(thrown);
    if (nameOf(error) === 'RecyclingYielded') return undefined;
    const cause = error instanceof Error ? error.message : String(error);
    const { environment, app, groupName, executionArn } = order;
    const failed = { environment, app, groupName, executionArn, error: nameOf(error), cause };
    await again(() => abandonReplacement(failed, deps), deps);
    return nameOf(error);
  }
};
