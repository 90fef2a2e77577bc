import { CreateTagsCommand, EC2ServiceException } from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Logger } from '../log.ts';
import type { InstanceId } from '../model.ts';
import { TAG } from '../tags.ts';

/** CreateTags takes 1,000 and advises fewer (API reference). */
const IDS_A_CALL = 500;

export interface KeepMachinesDeps {
  readonly ec2: EC2Client;
  readonly log: Logger;
}

/**
 * Tells machines until which uptime, in seconds, their own timer leaves them alone: they read the tag when it is due. What
 * EC2 refuses is logged and no reason not to replace the others; the next plan tells them again, before it counts.
 */
export const keepMachines = async (
  kept: ReadonlyMap<number, readonly InstanceId[]>,
  { ec2, log }: KeepMachinesDeps,
): Promise<void> => {
  for (const [untilSeconds, instanceIds] of kept)
    for (let first = 0; first < instanceIds.length; first += IDS_A_CALL) {
      const Resources = instanceIds.slice(first, first + IDS_A_CALL);
      try {
        await ec2.send(
          new CreateTagsCommand({ Resources, Tags: [{ Key: TAG.keep, Value: String(untilSeconds) }] }),
        );
        log.info('machines kept', { untilSeconds, machines: Resources.length });
      } catch (error) {
        if (!(error instanceof EC2ServiceException)) throw error;
        log.error('machines not kept', { untilSeconds, machines: Resources.length, error: error.message });
      }
    }
};
