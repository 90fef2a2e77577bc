import { EBSClient } from '@aws-sdk/client-ebs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { bakeImage } from '#pipeline/image/bake-image';
import type { BakeImageInput } from '#pipeline/image/bake-image';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

const deps = { ...createStepDeps(), ebs: new EBSClient(), ec2: new EC2Client() };

/** State BakeImage. */
export const handler = step((input: BakeImageInput) => bakeImage(input, deps));
