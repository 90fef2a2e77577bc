import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { startRelease } from '#pipeline/artifact/start-release';
import { readConfig } from '#pipeline/config';
import { log } from './shared/log.ts';
import { step } from './shared/step.ts';

const objectCreated = z.object({
  time: z.string(),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({
      key: z.string(),
      'version-id': z.string().optional(),
      sequencer: z.string().optional(),
    }),
  }),
});

const stateMachineArn = readConfig(['KILN_RELEASE_STATE_MACHINE_ARN']).KILN_RELEASE_STATE_MACHINE_ARN;
const states = new SFNClient();

/** Target of the rule for S3's "Object Created" events. */
export const handler = step((event: unknown) => {
  const { time, detail } = objectCreated.parse(event);
  const { key, sequencer, 'version-id': versionId } = detail.object;
  return startRelease(
    { time, bucket: detail.bucket.name, key, versionId, sequencer },
    { states, stateMachineArn, log },
  );
});
