import * as EC2 from '@aws-sdk/client-ec2';
import type { CloudContext } from '../../cloud-context.ts';
import { defineService } from '../../service.ts';
import type { Service } from '../../service.ts';
import { rebootInstances, startInstances, stopInstances, terminateInstances } from './change-instances.ts';
import { getConsoleOutput } from './console-output.ts';
import { createEc2Deps } from './deps.ts';
import type { Ec2Deps } from './deps.ts';
import { describeInstanceStatus } from './describe-instance-status.ts';
import { describeInstances } from './describe-instances.ts';
import { dryRun } from './errors.ts';
import { deregisterImage, describeImages } from './images.ts';
import {
  describeInstanceAttribute,
  modifyInstanceAttribute,
  modifyInstanceMetadataOptions,
} from './instance-attributes.ts';
import { describeInstanceTypes } from './instance-types.ts';
import {
  createLaunchTemplateVersion,
  deleteLaunchTemplateVersions,
  describeLaunchTemplateVersions,
} from './launch-template-versions.ts';
import {
  createLaunchTemplate,
  deleteLaunchTemplate,
  describeLaunchTemplates,
  modifyLaunchTemplate,
} from './launch-templates.ts';
import { createLifecycle } from './lifecycle.ts';
import { describeAvailabilityZones, describeSubnets, describeVpcs } from './network.ts';
import { defaultOptions } from './options.ts';
import type { Ec2Options } from './options.ts';
import { registerImage } from './register-image.ts';
import { createResources } from './resources.ts';
import { runInstances } from './run-instances.ts';
import { authorizeEgress, authorizeIngress, revokeEgress, revokeIngress } from './security-group-rules.ts';
import { createSecurityGroup, deleteSecurityGroup, describeSecurityGroups } from './security-groups.ts';
import { deleteSnapshot, describeSnapshots } from './snapshots.ts';
import { createTags, deleteTags, describeTags } from './tags.ts';

/** An operation that answers `DryRun` as EC2 does: once the caller is allowed, and before anything is looked at. */
const withDeps =
  (deps: Ec2Deps) =>
  <Input extends object, Output, More extends readonly unknown[]>(
    operation: (input: Input, deps: Ec2Deps, ...more: More) => Output,
  ) =>
  (input: Input, ...more: More): Output => {
    if ('DryRun' in input && input.DryRun === true) throw dryRun();
    return operation(input, deps, ...more);
  };

/** Amazon EC2: images, and instances that are real machines on this host. */
export const createEc2 = (context: CloudContext, options: Partial<Ec2Options> = {}): Service => {
  const deps = createEc2Deps(context, { ...defaultOptions(), ...options });
  const run = withDeps(deps);
  return defineService(EC2, {
    name: 'ec2',
    signingName: 'ec2',
    protocol: 'ec2',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    version: '2016-11-15',
  })(
    {
      RunInstances: run(runInstances),
      DescribeInstances: run(describeInstances),
      DescribeInstanceStatus: run(describeInstanceStatus),
      TerminateInstances: run(terminateInstances),
      StopInstances: run(stopInstances),
      StartInstances: run(startInstances),
      RebootInstances: run(rebootInstances),
      GetConsoleOutput: run(getConsoleOutput),
      DescribeInstanceAttribute: run(describeInstanceAttribute),
      ModifyInstanceAttribute: run(modifyInstanceAttribute),
      ModifyInstanceMetadataOptions: run(modifyInstanceMetadataOptions),
      DescribeInstanceTypes: run(describeInstanceTypes),
      RegisterImage: run(registerImage),
      DescribeImages: run(describeImages),
      DeregisterImage: run(deregisterImage),
      DescribeSnapshots: run(describeSnapshots),
      DeleteSnapshot: run(deleteSnapshot),
      CreateTags: run(createTags),
      DeleteTags: run(deleteTags),
      DescribeTags: run(describeTags),
      CreateLaunchTemplate: run(createLaunchTemplate),
      CreateLaunchTemplateVersion: run(createLaunchTemplateVersion),
      DescribeLaunchTemplates: run(describeLaunchTemplates),
      DescribeLaunchTemplateVersions: run(describeLaunchTemplateVersions),
      ModifyLaunchTemplate: run(modifyLaunchTemplate),
      DeleteLaunchTemplate: run(deleteLaunchTemplate),
      DeleteLaunchTemplateVersions: run(deleteLaunchTemplateVersions),
      DescribeVpcs: run(describeVpcs),
      DescribeSubnets: run(describeSubnets),
      DescribeAvailabilityZones: run(describeAvailabilityZones),
      CreateSecurityGroup: run(createSecurityGroup),
      DescribeSecurityGroups: run(describeSecurityGroups),
      DeleteSecurityGroup: run(deleteSecurityGroup),
      AuthorizeSecurityGroupIngress: run(authorizeIngress),
      AuthorizeSecurityGroupEgress: run(authorizeEgress),
      RevokeSecurityGroupIngress: run(revokeIngress),
      RevokeSecurityGroupEgress: run(revokeEgress),
    },
    {
      lifecycle: createLifecycle(deps),
      backplane: { resolve: (instanceId, port) => deps.machines.address(instanceId, port) },
      resources: createResources(deps),
    },
  );
};
