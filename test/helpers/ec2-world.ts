import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EBS } from '@aws-sdk/client-ebs';
import { EC2 } from '@aws-sdk/client-ec2';
import type { Instance, RegisterImageCommandInput, RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { Clock } from '#localcloud/clock';
import type { ServiceFactory } from '#localcloud/service';
import { createEbs } from '#localcloud/services/ebs/index';
import { createEc2 } from '#localcloud/services/ec2/index';
import { createFakeHypervisor } from './fake-hypervisor.ts';
import type { FakeHypervisor, FakeHypervisorOptions } from './fake-hypervisor.ts';
import { hastyClock } from './hasty-clock.ts';
import { poll } from './poll.ts';
import { aSnapshot } from './snapshots.ts';
import { startTestCloud } from './start-test-cloud.ts';
import type { TestCloud } from './start-test-cloud.ts';

/** A local cloud with EC2 and EBS, clients to it, and machines that are not real. */
export interface Ec2World {
  readonly cloud: TestCloud;
  readonly hypervisor: FakeHypervisor;
  readonly ebs: EBS;
  readonly ec2: EC2;
  /** Stops the cloud and starts another on its state; this world's clients are useless after that. */
  restart(options?: FakeHypervisorOptions): Promise<Ec2World>;
  /** Registers an image on a snapshot of its own and waits until it is available. */
  anImage(more?: Partial<RegisterImageCommandInput>): Promise<string>;
  /** Launches one `t3.nano`, from an image of its own unless told, and returns its id. */
  launch(more?: Partial<RunInstancesCommandInput>): Promise<string>;
  describeOne(id: string): Promise<Instance>;
  untilState(id: string, name: string): Promise<Instance>;
  stop(): Promise<void>;
}

/** Input that registers a snapshot as a bootable image. */
export const imageInput = (snapshotId: string): RegisterImageCommandInput => ({
  Name: 'hello-1.0.0',
  Architecture: 'x86_64',
  VirtualizationType: 'hvm',
  EnaSupport: true,
  RootDeviceName: '/dev/xvda',
  BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshotId } }],
});

/** One byte of a file that may be too large to read. */
export const byteAt = (path: string, offset: number): number => {
  const file = openSync(path, 'r');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, offset);
  closeSync(file);
  return byte.readUInt8(0);
};

/** Starts a world, with more services when told; `stop` it after the test. */
export const startEc2World = async (
  options: FakeHypervisorOptions = {},
  stateDir = mkdtempSync(join(tmpdir(), 'ec2-')),
  clock: Clock = hastyClock,
  more: readonly ServiceFactory[] = [],
): Promise<Ec2World> => {
  const hypervisor = createFakeHypervisor(options);
  const cloud = await startTestCloud({
    stateDir,
    services: [createEbs, (context) => createEc2(context, { hypervisor }), ...more],
    clock,
    log: () => undefined,
  });
  const ebs = new EBS(cloud.clientConfig);
  const ec2 = new EC2(cloud.clientConfig);

  const describeOne = async (id: string): Promise<Instance> => {
    const { Reservations } = await ec2.describeInstances({ InstanceIds: [id] });
    const instance = Reservations?.[0]?.Instances?.[0];
    if (instance === undefined) throw new Error(`no instance ${id}`);
    return instance;
  };

  const anImage: Ec2World['anImage'] = async (more = {}) => {
    const { ImageId: id = '' } = await ec2.registerImage({ ...imageInput(await aSnapshot(ebs)), ...more });
    await poll(
      async () => {
        const { Images } = await ec2.describeImages({ ImageIds: [id] });
        return Images?.[0]?.State === 'available' ? true : undefined;
      },
      5000,
      () => `image ${id} is not available`,
    );
    return id;
  };

  return {
    cloud,
    hypervisor,
    ebs,
    ec2,
    anImage,
    describeOne,
    restart: async (next = {}) => {
      await cloud.stop();
      return startEc2World(next, stateDir, clock, more);
    },
    launch: async (more = {}) => {
      const ImageId = more.ImageId ?? (more.LaunchTemplate === undefined ? await anImage() : undefined);
      const { Instances } = await ec2.runInstances({
        InstanceType: 't3.nano',
        MinCount: 1,
        MaxCount: 1,
        ...more,
        ImageId,
      });
      return Instances?.[0]?.InstanceId ?? '';
    },
    untilState: (id, name) =>
      poll(
        async () => {
          const instance = await describeOne(id);
          return instance.State?.Name === name ? instance : undefined;
        },
        5000,
        () => `instance ${id} did not become ${name}`,
      ),
    stop: async () => {
      await cloud.stop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
};
