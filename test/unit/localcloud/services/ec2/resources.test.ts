import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '#localcloud/clock';
import { createContext } from '#localcloud/create-context';
import { createRandom } from '#localcloud/random';
import type { Call } from '#localcloud/service';
import { createEc2Deps } from '#localcloud/services/ec2/deps';
import type { Ec2Deps } from '#localcloud/services/ec2/deps';
import { createLaunchTemplate } from '#localcloud/services/ec2/launch-templates';
import { defaultOptions } from '#localcloud/services/ec2/options';
import { createResources } from '#localcloud/services/ec2/resources';
import { openStore } from '#localcloud/store';
import type { Store } from '#localcloud/store';
import { createFakeHypervisor } from '#test/helpers/fake-hypervisor';

const ARN = 'arn:aws:ec2:eu-central-1:000000000000:';
let stateDir: string;
let store: Store;
let deps: Ec2Deps;
let call: Call;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'ec2-'));
  store = openStore(stateDir);
  const { context } = createContext({
    stateDir,
    store,
    region: 'eu-central-1',
    clock: systemClock,
    random: createRandom(),
    log: () => undefined,
    enforcePermissions: false,
  });
  deps = createEc2Deps(context, { ...defaultOptions({}), hypervisor: createFakeHypervisor() });
  call = context.asService('test');
});

afterEach(() => {
  store.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const launchOf = (input: object): readonly string[] | undefined =>
  createResources(deps).RunInstances?.({ MinCount: 1, MaxCount: 1, ...input });

describe('what a launch has to be allowed', () => {
  test('is everything it makes and uses', () => {
    expect(launchOf({ ImageId: 'ami-1', SubnetId: 'subnet-1', SecurityGroupIds: ['sg-1'] })).toEqual([
      'arn:aws:ec2:eu-central-1::image/ami-1',
      `${ARN}instance/*`,
      `${ARN}volume/*`,
      `${ARN}network-interface/*`,
      `${ARN}subnet/subnet-1`,
      `${ARN}security-group/sg-1`,
    ]);
  });

  test('includes the launch template and the image that it names', () => {
    const { LaunchTemplate } = createLaunchTemplate(
      { LaunchTemplateName: 'hello', LaunchTemplateData: { ImageId: 'ami-2' } },
      deps,
      call,
    );
    const LaunchTemplateId = LaunchTemplate?.LaunchTemplateId;
    const resources = launchOf({ LaunchTemplate: { LaunchTemplateId } });
    expect(resources).toContain('arn:aws:ec2:eu-central-1::image/ami-2');
    expect(resources).toContain(`${ARN}launch-template/${LaunchTemplateId}`);
  });

  test('of an unknown launch template is left to the operation, which refuses it', () => {
    expect(launchOf({ LaunchTemplate: { LaunchTemplateName: 'none' } })).toContain(
      'arn:aws:ec2:eu-central-1::image/*',
    );
  });
});

test('registering an image needs its snapshots', () => {
  const mapping = { DeviceName: '/dev/xvda', Ebs: { SnapshotId: 'snap-1' } };
  expect(createResources(deps).RegisterImage?.({ Name: 'hello', BlockDeviceMappings: [mapping] })).toEqual([
    'arn:aws:ec2:eu-central-1::image/*',
    'arn:aws:ec2:eu-central-1::snapshot/snap-1',
  ]);
});
