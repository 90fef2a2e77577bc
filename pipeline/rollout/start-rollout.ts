import { DescribeImagesCommand } from '@aws-sdk/client-ec2';
import type { Announce } from '../announce.ts';
import { environmentNamed } from '../environments.ts';
import { DigestMismatchError, ReleaseSupersededError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Deployment, Image, Release, ReleaseRecord, Rollout } from '../model.ts';
import { namesFor } from '../names.ts';
import type { Placement } from '../placement.ts';
import { releaseKey } from '../release/release-record.ts';
import { TAG, tagsFor } from '../tags.ts';
import { createPreviewRule } from '../traffic/preview-rule.ts';
import { createTargetGroup } from '../traffic/target-group.ts';
import { takeLease } from './lease.ts';
import type { LeaseDeps } from './lease.ts';
import { createMachineGroup, readMachineGroup } from './machine-group.ts';
import type { MachineGroupDeps } from './machine-group.ts';
import { removeAbandoned } from './remove-abandoned.ts';

export interface StartRolloutInput {
  readonly release: Release;
  readonly image: Image;
  readonly environment: string;
  readonly executionArn: string;
}

export interface StartRolloutDeps extends LeaseDeps, MachineGroupDeps {
  readonly announce: Announce;
  readonly log: Logger;
  readonly stack: string;
  readonly placement: Placement;
}

/** The image must be, bit for bit, the one that was smoke-tested. @throws DigestMismatchError */
const checkDigest = async (release: Release, image: Image, deps: StartRolloutDeps): Promise<void> => {
  const record = await deps.documents.read<ReleaseRecord>(releaseKey(release));
  const tested = record?.evidence?.digest ?? 'none';
  const { Images = [] } = await deps.ec2.send(
    new DescribeImagesCommand({ Owners: ['self'], ImageIds: [image.imageId] }),
  );
  const registered = Images[0]?.Tags?.find((tag) => tag.Key === TAG.digest)?.Value ?? 'none';
  if (registered !== tested || image.digest !== tested) {
    throw new DigestMismatchError(image.imageId, registered, tested);
  }
};

/** As many machines as serve now, so that a rollout never changes the capacity. */
const machinesNow = async (
  blue: Deployment | undefined,
  first: number,
  deps: StartRolloutDeps,
): Promise<number> => {
  if (blue === undefined) return first;
  const group = await readMachineGroup(blue.groupName, deps.autoScaling);
  return Math.max(group?.DesiredCapacity ?? first, 1);
};

/**
 * Launches the green group beside blue, in every zone and at blue's capacity, behind a preview rule only.
 * What a rollout that was killed left behind goes first.
 * @throws RolloutInProgressError, TargetsStillDrainingError, GroupStillThereError to be called again,
 * ReleaseSupersededError, DigestMismatchError
 */
export const startRollout = async (
  input: StartRolloutInput,
  deps: StartRolloutDeps,
): Promise<{ readonly rollout: Rollout }> => {
  const { release, image, executionArn } = input;
  const environment = environmentNamed(input.environment);
  const record = await takeLease(environment.name, release, executionArn, deps);
  await removeAbandoned(record, { ...deps, listenerArn: deps.placement.listenerArn });
  const blue = record.current;
  if (blue !== undefined && Date.parse(blue.droppedAt) > Date.parse(release.droppedAt)) {
    throw new ReleaseSupersededError(release.releaseId, blue.releaseId);
  }
  await checkDigest(release, image, deps);
  const machines = await machinesNow(blue, environment.machines, deps);

  const names = namesFor(deps.stack, release, environment.name);
  const tags = tagsFor(deps.stack, release, { [TAG.environment]: environment.name });
  const { placement } = deps;
  const targetGroupArn = await createTargetGroup(
    { name: names.targetGroup, vpcId: placement.vpcId, image, drainSeconds: environment.drainSeconds, tags },
    deps.balancing,
  );
  const previewRuleArn = await createPreviewRule(
    { listenerArn: placement.listenerArn, preview: names.preview, targetGroupArn, tags },
    deps.balancing,
  );
  const green: Deployment = {
    releaseId: release.releaseId,
    version: release.version,
    droppedAt: release.droppedAt,
    imageId: image.imageId,
    digest: image.digest,
    groupName: names.group,
    launchTemplateName: names.launchTemplate,
    targetGroupArn,
  };
  await createMachineGroup({ deployment: green, image, environment, machines, placement, tags }, deps);
  deps.log.info('rollout started', { releaseId: release.releaseId, environment: environment.name, machines });
  await deps.announce('rollout.started', { ...release, environment: environment.name, machines });
  return {
    rollout: {
      release,
      environment: environment.name,
      executionArn,
      machines,
      settleSeconds: environment.settleSeconds,
      green,
      previewRuleArn,
      ...(blue === undefined ? {} : { blue }),
      ...(record.ruleArn === undefined ? {} : { ruleArn: record.ruleArn }),
    },
  };
};
