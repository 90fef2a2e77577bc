import { join } from 'node:path';
import type { CloudContext } from '../../cloud-context.ts';
import type { Hypervisor } from '../../hypervisor/driver.ts';
import { createQemu } from '../../hypervisor/qemu.ts';
import { snapshotsOf } from '../../snapshots/snapshots.ts';
import type { Snapshots } from '../../snapshots/snapshots.ts';
import type { Collection } from '../../store.ts';
import type { Ec2Options } from './options.ts';
import { createMachines } from './machines.ts';
import type { Machines } from './machines.ts';
import type {
  ImageRecord,
  InstanceRecord,
  LaunchTemplateRecord,
  LaunchTokenRecord,
  SecurityGroupRecord,
} from './records.ts';

/** The tags of one resource. */
export interface TagsRecord {
  readonly resourceId: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What is stored and where files are; all that the machines need. */
export interface Ec2State {
  readonly context: CloudContext;
  readonly options: Ec2Options;
  readonly hypervisor: Hypervisor;
  readonly snapshots: Snapshots;
  readonly images: Collection<ImageRecord>;
  readonly instances: Collection<InstanceRecord>;
  readonly launchTokens: Collection<LaunchTokenRecord>;
  readonly launchTemplates: Collection<LaunchTemplateRecord>;
  readonly securityGroups: Collection<SecurityGroupRecord>;
  readonly tags: Collection<TagsRecord>;
  /** Folder of the instances' folders. */
  readonly machinesDir: string;
  /** Launches that are being prepared, by client token: a second call waits for the first. */
  readonly launching: Map<string, Promise<unknown>>;
  /** Work that goes on after an answer; a stop waits for it. */
  readonly background: Set<Promise<void>>;
}

/** What EC2's operations work with. */
export interface Ec2Deps extends Ec2State {
  readonly machines: Machines;
}

/** Gathers what the operations need from the context. */
export const createEc2Deps = (context: CloudContext, options: Ec2Options): Ec2Deps => {
  const dir = join(context.stateDir, 'ec2');
  const state: Ec2State = {
    context,
    options,
    hypervisor: options.hypervisor ?? createQemu({ cacheDir: join(dir, 'cache') }),
    snapshots: snapshotsOf(context),
    images: context.store.collection('ec2.images'),
    instances: context.store.collection('ec2.instances'),
    launchTokens: context.store.collection('ec2.launch-tokens'),
    launchTemplates: context.store.collection('ec2.launch-templates'),
    securityGroups: context.store.collection('ec2.security-groups'),
    tags: context.store.collection('ec2.tags'),
    machinesDir: join(dir, 'instances'),
    launching: new Map(),
    background: new Set(),
  };
  return { ...state, machines: createMachines(state) };
};

/** Lets work go on after the answer; its failure is logged, not lost. */
export const inBackground = (state: Ec2State, what: string, work: Promise<void>): void => {
  const watched = work
    .catch((error: unknown) => state.context.log('error', `${what} failed`, { error: String(error) }))
    .finally(() => state.background.delete(watched));
  state.background.add(watched);
};
