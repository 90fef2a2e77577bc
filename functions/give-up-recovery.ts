import { giveUpRecovery } from '#pipeline/chaos/give-up-recovery';
import type { GiveUpRecoveryInput } from '#pipeline/chaos/give-up-recovery';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = createStepDeps();

/** State GiveUpRecovery. */
export const handler = step((input: GiveUpRecoveryInput) => giveUpRecovery(input, deps));
