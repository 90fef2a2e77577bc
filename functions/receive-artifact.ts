import { receiveArtifact } from '#pipeline/artifact/receive-artifact';
import type { Release } from '#pipeline/model';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = createStepDeps();

/** State ReceiveArtifact. */
export const handler = step((input: Release) => receiveArtifact(input, deps));
