import { CreateTagsCommand, EC2ServiceException } from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Logger } from '../log.ts';
import { TAG } from '../tags.ts';
import type { ResourceTag } from '../tags.ts';
import type { KeptMachines } from './machines-to-keep.ts';

/** CreateTags takes 1,000 and advises fewer (API reference). */
const IDS_A_CALL = 500;

export interface KeepMachinesDeps {
  readonly ec2: EC2Client;
  readonly log: Logger;
}

const tagsOf = ({ untilSeconds, inDoubt }: KeptMachines): ResourceTag[] => {
  const Value = String(untilSeconds);
  return [{ Key: TAG.keep, Value }, ...(inDoubt ? [{ Key: TAG.keepInDoubt, Value }] : [])];
};

/**
 * Tells machines until which uptime their own timer leaves them alone: they read the tag when it is due. What EC2 refuses is
 * logged and no reason not to replace the others; the next plan tells them again, before it counts.
 */
export const keepMachines = async (
  kept: readonly KeptMachines[],
  { ec2, log }: KeepMachinesDeps,
): Promise<void> => {
  for (const each of kept)
    for (let first = 0; first < each.instanceIds.length; first += IDS_A_CALL) {
      const Resources = each.instanceIds.slice(first, first + IDS_A_CALL);
      const { untilSeconds, inDoubt } = each;
      const told = { untilSeconds, inDoubt, machines: Resources.length };
      try {
        await ec2.send(new CreateTagsCommand({ Resources, Tags: tagsOf(each) }));
        log.info('machines kept', told);
      } catch (error) {
        if (!(error instanceof EC2ServiceException)) throw error;
        log.error('machines not kept', { ...told, error: error.message });
      }
    }
};
