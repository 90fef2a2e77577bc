import { registerRelease } from '#pipeline/release/register-release';
import type { RegisterReleaseInput } from '#pipeline/release/register-release';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = createStepDeps();

/** State RegisterRelease. */
export const handler = step((input: RegisterReleaseInput) => registerRelease(input, deps));
