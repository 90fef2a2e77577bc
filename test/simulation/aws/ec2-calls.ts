import {
  CreateLaunchTemplateCommand,
  CreateTagsCommand,
  DeleteLaunchTemplateCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Instance } from '@aws-sdk/client-ec2';
import { TAG } from '#pipeline/tags';
import { ec2Error } from '#test/helpers/service-error';
import type { Account, LaunchTemplate, Machine } from './account.ts';
import { GROUP_TAG } from './account.ts';
import type { Calls } from './calls.ts';
import { lose } from './machine-life.ts';

const PAGE = 1000;

const numberIn = (text: string, name: string): number | undefined => {
  const value = new RegExp(`^${name}="(\\d+)"$`, 'm').exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
};

/** What the machine's own timer will be set to, as its user data says. */
const deadManOf = (userData: string): LaunchTemplate['deadMan'] => {
  const text = Buffer.from(userData, 'base64').toString();
  const seconds = numberIn(text, 'KILN_MAX_UPTIME_SECONDS');
  if (seconds === undefined) return undefined;
  return { seconds, jitterSeconds: numberIn(text, 'KILN_MAX_UPTIME_JITTER_SECONDS') ?? 0 };
};

const stateOf = ({ running, lifecycle }: Machine): 'terminated' | 'pending' | 'running' => {
  if (!running) return 'terminated';
  return lifecycle === 'Pending' ? 'pending' : 'running';
};

const describe = (machine: Machine): Instance => {
  const state = stateOf(machine);
  if (machine.described?.State?.Name === state) return machine.described;
  machine.described = {
    InstanceId: machine.instanceId,
    ImageId: machine.imageId,
    LaunchTime: new Date(machine.launchedAt),
    Placement: { AvailabilityZone: machine.zone },
    State: { Name: state },
    Tags: Array.from(machine.tags, ([Key, Value]) => ({ Key, Value })),
  };
  return machine.described;
};

type Filters = NonNullable<DescribeInstancesCommand['input']['Filters']>;

type Test = (machine: Machine) => boolean;

const testOf = ({ Name = '', Values = [] }: Filters[number]): Test => {
  if (Name === 'instance-state-name') return (machine) => Values.includes(stateOf(machine));
  if (!Name.startsWith('tag:')) throw new Error(`the simulation does not know the filter '${Name}'`);
  const tag = Name.slice('tag:'.length);
  return ({ tags }) => {
    const value = tags.get(tag);
    return value !== undefined && Values.includes(value);
  };
};

/** All that could match, without looking at every machine where one group is asked for. */
const candidates = (account: Account, filters: Filters): Iterable<Machine> => {
  const groups = filters.find(({ Name }) => Name === `tag:${GROUP_TAG}`)?.Values;
  if (groups === undefined) return account.machines.values();
  return groups.flatMap((name) => [...(account.groups.get(name)?.machines.values() ?? [])]);
};

const findMachines = (account: Account, ids: readonly string[]): Machine[] =>
  ids.map((id) => {
    const machine = account.machines.get(id);
    if (machine === undefined) throw ec2Error('InvalidInstanceID.NotFound');
    return machine;
  });

const describeInstances = (
  account: Account,
  { InstanceIds, Filters = [], NextToken, MaxResults = PAGE }: DescribeInstancesCommand['input'],
): object => {
  const now = account.timeline.now();
  let found: Machine[] = [];
  if (InstanceIds === undefined) {
    const tests = Filters.filter(({ Name }) => Name !== `tag:${GROUP_TAG}`).map(testOf);
    for (const machine of candidates(account, Filters))
      if (machine.visibleAt <= now && tests.every((test) => test(machine))) found.push(machine);
  } else {
    found = findMachines(account, InstanceIds);
    if (found.some(({ visibleAt }) => visibleAt > now)) throw ec2Error('InvalidInstanceID.NotFound');
  }
  const from = Number(NextToken ?? 0);
  const page = found.slice(from, from + MaxResults);
  return {
    Reservations: [{ Instances: page.map(describe) }],
    ...(from + page.length < found.length ? { NextToken: String(from + page.length) } : {}),
  };
};

const answerTemplateCalls = (account: Account, calls: Calls): void => {
  calls.on(CreateLaunchTemplateCommand, ({ LaunchTemplateName: name = '', LaunchTemplateData }) => {
    if (account.templates.has(name)) throw ec2Error('InvalidLaunchTemplateName.AlreadyExistsException');
    const deadMan = deadManOf(LaunchTemplateData?.UserData ?? '');
    const imageId = LaunchTemplateData?.ImageId ?? '';
    account.templates.set(name, { name, imageId, ...(deadMan === undefined ? {} : { deadMan }) });
    return {};
  });
  calls.on(DeleteLaunchTemplateCommand, ({ LaunchTemplateName: name = '' }) => {
    if (!account.templates.delete(name)) throw ec2Error('InvalidLaunchTemplateName.NotFoundException');
    return {};
  });
};

/** EC2's calls. */
export const answerEc2Calls = (account: Account, calls: Calls): void => {
  answerTemplateCalls(account, calls);
  calls.on(DescribeSubnetsCommand, () => ({
    Subnets: [...account.subnets].map(([SubnetId, AvailabilityZone]) => ({ SubnetId, AvailabilityZone })),
  }));
  calls.on(DescribeImagesCommand, ({ Filters = [], ImageIds }) => ({
    Images: (ImageIds ?? Filters.find(({ Name }) => Name === 'image-id')?.Values ?? [])
      .map((id) => account.images.get(id))
      .filter((image) => image?.available === true)
      .map((image) => ({
        ImageId: image?.imageId,
        State: 'available',
        Tags: [{ Key: TAG.digest, Value: image?.digest }],
      })),
  }));
  calls.on(DescribeInstancesCommand, (input) => describeInstances(account, input));
  calls.on(CreateTagsCommand, ({ Resources = [], Tags = [] }) => {
    for (const machine of findMachines(account, Resources)) {
      for (const { Key = '', Value = '' } of Tags) machine.tags.set(Key, Value);
      delete machine.described;
    }
    return {};
  });
  calls.on(TerminateInstancesCommand, ({ InstanceIds = [] }, caller) => {
    for (const machine of findMachines(account, InstanceIds)) lose(account, machine, caller);
    return {
      TerminatingInstances: InstanceIds.map((InstanceId) => ({
        InstanceId,
        CurrentState: { Name: 'shutting-down' },
      })),
    };
  });
};
