import { EBSClient } from '@aws-sdk/client-ebs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { bakeImage } from '#pipeline/image/bake-image';
import type { BakeImageInput } from '#pipeline/image/bake-image';
import { createStepDeps } from './shared/step-deps.ts';
import { step } from './shared/step.ts';

// A small share of puts is never answered (AWS-FACTS 4.1): such a one is given up and put again.
const ebs = new EBSClient({
  requestHandler: { connectionTimeout: 5000, requestTimeout: 20_000, throwOnRequestTimeout: true },
});

const deps = { ...createStepDeps(), ebs, ec2: new EC2Client() };

/** State BakeImage. */
export const handler = step((input: BakeImageInput) => bakeImage(input, deps));
