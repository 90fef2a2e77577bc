import { SFNClient } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, test } from '@jest/globals';
import { applySwitch } from '#pipeline/environments/apply-switch';
import type { ApplySwitchDeps } from '#pipeline/environments/apply-switch';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import { switchKey } from '#pipeline/environments/switched-off';
import { instantClock } from '#test/helpers/instant-clock';
import { memoryDocuments } from '#test/helpers/memory-documents';
import type { MemoryDocuments } from '#test/helpers/memory-documents';
import { aDeployment, anEnvironment, aRecord, DEV } from '#test/helpers/pipeline-fixtures';
import { eventually } from '#test/unit/localcloud/services/autoscaling/eventually';
import {
  alive,
  cleanUpWorlds,
  createBalancer,
  createGroup,
  describeGroup,
  healthOf,
  NAME,
  startWorld,
  untilInService,
} from '#test/unit/localcloud/services/autoscaling/world';
import type { World } from '#test/unit/localcloud/services/autoscaling/world';

afterEach(cleanUpWorlds);

const wish = (documents: MemoryDocuments, to: 'off' | 'on'): void => {
  documents.all.set(switchKey('dev'), { environment: 'dev', to, by: 'ann', since: '2026-01-01T20:00:00Z' });
};

const setUp = (world: World): ApplySwitchDeps & { readonly documents: MemoryDocuments } => ({
  documents: memoryDocuments({
    [ENVIRONMENTS_KEY]: { updatedAt: '', environments: [anEnvironment()] },
    [DEV]: aRecord({ current: aDeployment(1, { groupName: NAME }) }),
  }),
  clock: instantClock(),
  autoScaling: world.asg,
  // Nothing holds a lease here.
  states: new SFNClient({ region: 'r' }),
});

describe('applySwitch, on a group of Auto Scaling', () => {
  test('off ends every machine, replaces none and empties the target group; on brings as many back', async () => {
    const world = await startWorld(20);
    const { arn } = await createBalancer(world, 0);
    await createGroup(world, 3, { MinSize: 1, MaxSize: 5, TargetGroupARNs: [arn] });
    await untilInService(world, 3);
    const deps = setUp(world);

    wish(deps.documents, 'off');
    expect(await applySwitch('hello', 'dev', deps)).toBe('switched');
    await eventually(() => alive(world) === 0);
    await eventually(async () => Object.keys(await healthOf(world, arn)).length === 0);
    expect(await describeGroup(world)).toMatchObject({ MinSize: 0, DesiredCapacity: 0, MaxSize: 0 });
    expect(await applySwitch('hello', 'dev', deps)).toBe('unchanged');
    const launched = world.ec2.launches;
    expect(launched).toBe(3);

    wish(deps.documents, 'on');
    expect(await applySwitch('hello', 'dev', deps)).toBe('switched');
    await untilInService(world, 3);
    expect(await describeGroup(world)).toMatchObject({ MinSize: 1, DesiredCapacity: 3, MaxSize: 5 });
    expect(world.ec2.launches).toBe(launched + 3);
  });

  test('a group that is being deleted is left to it', async () => {
    const world = await startWorld(20);
    await createGroup(world, 1);
    await untilInService(world, 1);
    const deps = setUp(world);
    await world.asg.deleteAutoScalingGroup({ AutoScalingGroupName: NAME, ForceDelete: true });
    wish(deps.documents, 'off');
    await expect(applySwitch('hello', 'dev', deps)).resolves.toBe('switched');
    await eventually(async () => (await describeGroup(world)) === undefined);
  });
});
