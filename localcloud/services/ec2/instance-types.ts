import type {
  _InstanceType,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
} from '@aws-sdk/client-ec2';
import type { Ec2State } from './deps.ts';
import { AwsError } from '../../errors.ts';
import { applyFilters } from './filters.ts';
import { pageOf } from './page.ts';

/** Facts of an instance type. */
export interface InstanceTypeFacts {
  readonly name: _InstanceType;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly architecture: 'x86_64' | 'arm64';
  readonly burstable: boolean;
}

const type = (
  name: _InstanceType,
  vcpus: number,
  memoryMiB: number,
  architecture: InstanceTypeFacts['architecture'] = 'x86_64',
): InstanceTypeFacts => ({ name, vcpus, memoryMiB, architecture, burstable: name.startsWith('t') });

/** The types that this EC2 knows, with the sizes of the EC2 instance type pages. Arm ones are described and cannot run. */
const TYPES: readonly InstanceTypeFacts[] = [
  type('t2.micro', 1, 1024),
  type('t3.nano', 2, 512),
  type('t3.micro', 2, 1024),
  type('t3.small', 2, 2048),
  type('t3.medium', 2, 4096),
  type('t3.large', 2, 8192),
  type('t3a.nano', 2, 512),
  type('t3a.micro', 2, 1024),
  type('t3a.small', 2, 2048),
  type('t3a.medium', 2, 4096),
  type('t4g.nano', 2, 512, 'arm64'),
  type('t4g.micro', 2, 1024, 'arm64'),
  type('t4g.small', 2, 2048, 'arm64'),
  type('t4g.medium', 2, 4096, 'arm64'),
  type('m5.large', 2, 8192),
  type('m6i.large', 2, 8192),
  type('m7i.large', 2, 8192),
  type('m7g.medium', 1, 4096, 'arm64'),
  type('c5.large', 2, 4096),
  type('c6i.large', 2, 4096),
  type('c7i.large', 2, 4096),
];

const byName = new Map<string, InstanceTypeFacts>(TYPES.map((facts) => [facts.name, facts]));

/** The facts of a type, or EC2's error for an unknown one. */
export const findInstanceType = (name: string): InstanceTypeFacts => {
  const facts = byName.get(name);
  if (facts === undefined) {
    throw new AwsError(
      'InvalidInstanceType',
      `The instance type '${name}' does not exist in this local cloud`,
    );
  }
  return facts;
};

/** Memory of a machine in MiB: its type's, but not over the cap of this host. */
export const memoryMiBOf = (name: string, capMiB: number): number =>
  Math.min(byName.get(name)?.memoryMiB ?? capMiB, capMiB);

/** Describes the instance types. */
export const describeInstanceTypes = (
  input: DescribeInstanceTypesRequest,
  _state: Ec2State,
): DescribeInstanceTypesResult => {
  const named = input.InstanceTypes?.map((name) => findInstanceType(name)) ?? TYPES;
  const types = applyFilters(
    named,
    input.Filters,
    {
      'instance-type': ({ name }) => [name],
      'processor-info.supported-architecture': ({ architecture }) => [architecture],
      'current-generation': ({ name }) => [String(!name.startsWith('t2'))],
      'burstable-performance-supported': ({ burstable }) => [String(burstable)],
      'memory-info.size-in-mib': ({ memoryMiB }) => [String(memoryMiB)],
      'vcpu-info.default-vcpus': ({ vcpus }) => [String(vcpus)],
    },
    () => ({}),
  );
  const { page, nextToken } = pageOf(types, ({ name }) => name, input);
  return {
    InstanceTypes: page.map(({ name, vcpus, memoryMiB, architecture, burstable }) => ({
      InstanceType: name,
      CurrentGeneration: !name.startsWith('t2'),
      Hypervisor: name.startsWith('t2') ? 'xen' : 'nitro',
      VCpuInfo: { DefaultVCpus: vcpus },
      MemoryInfo: { SizeInMiB: memoryMiB },
      ProcessorInfo: { SupportedArchitectures: [architecture] },
      BurstablePerformanceSupported: burstable,
      SupportedVirtualizationTypes: ['hvm'],
      SupportedRootDeviceTypes: ['ebs'],
      SupportedBootModes:
        architecture === 'arm64'
          ? ['uefi']
          : name.startsWith('t2')
            ? ['legacy-bios']
            : ['legacy-bios', 'uefi'],
    })),
    NextToken: nextToken,
  };
};
