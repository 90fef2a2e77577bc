import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import * as EC2 from '@aws-sdk/client-ec2';
import type { Instance, InstanceStateName, RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { AwsError } from '#localcloud/errors';
import { defineService } from '#localcloud/service';
import type { ServiceFactory } from '#localcloud/service';

/** A fake machine: an HTTP server on this host. */
export interface FakeMachine {
  readonly id: string;
  readonly input: RunInstancesCommandInput;
  state: InstanceStateName;
  readonly server: Server;
}

/** An EC2 whose instances are HTTP servers of this process; it outlives the local cloud that uses it. */
export interface FakeEc2 {
  readonly create: ServiceFactory;
  readonly machines: Map<string, FakeMachine>;
  /** What new machines answer; the default says the machine's id. */
  serve: (id: string) => RequestListener;
  /** Makes RunInstances fail. */
  failure: AwsError | undefined;
  /** Makes RunInstances fail in a subnet, that often; `Infinity` for good. */
  readonly failuresIn: Map<string, { times: number; readonly error: AwsError }>;
  /** Holds RunInstances until it resolves. */
  hold: Promise<void> | undefined;
  /** Number of RunInstances calls. */
  launches: number;
  /** Powers a machine off, as a guest does whose app has ended. */
  powerOff(id: string): void;
  close(): void;
}

const ZONES = ['a', 'b', 'c'];

/** Subnets that the fake knows: `subnet-a`, `subnet-b`, `subnet-c`, one in each zone. */
export const fakeSubnets = ZONES.map((zone) => `subnet-${zone}`);

const tagsOf = (input: RunInstancesCommandInput): EC2.Tag[] => input.TagSpecifications?.[0]?.Tags ?? [];

const present = (machine: FakeMachine): Instance => ({
  InstanceId: machine.id,
  InstanceType: 't3.micro',
  ImageId: 'ami-00000000000000001',
  State: { Name: machine.state },
  SubnetId: machine.input.SubnetId,
  ClientToken: machine.input.ClientToken,
  Tags: tagsOf(machine.input),
  ...(machine.state === 'stopped' ? { StateReason: { Message: 'Client.InstanceInitiatedShutdown' } } : {}),
});

const passes = (machine: FakeMachine, { Name = '', Values = [] }: EC2.Filter): boolean => {
  if (Name === 'instance-id') return Values.includes(machine.id);
  if (Name.startsWith('tag:'))
    return tagsOf(machine.input).some((tag) => tag.Key === Name.slice(4) && Values.includes(tag.Value ?? ''));
  throw new Error(`the fake EC2 has no filter '${Name}'`);
};

/** Creates a fake EC2 without machines. */
export const createFakeEc2 = (): FakeEc2 => {
  const machines = new Map<string, FakeMachine>();
  const end = (machine: FakeMachine, state: InstanceStateName): void => {
    machine.state = state;
    machine.server.close();
    machine.server.closeAllConnections();
  };
  const run = async (input: RunInstancesCommandInput): Promise<FakeMachine> => {
    fake.launches += 1;
    await fake.hold;
    if (fake.failure !== undefined) throw fake.failure;
    const existing = [...machines.values()].find(
      (machine) => machine.input.ClientToken === input.ClientToken,
    );
    if (existing !== undefined && input.ClientToken !== undefined) return existing;
    const failing = fake.failuresIn.get(input.SubnetId ?? '');
    if (failing !== undefined && failing.times-- > 0) throw failing.error;
    const id = `i-${(machines.size + 1).toString(16).padStart(17, '0')}`;
    const server = createServer(fake.serve(id));
    const machine: FakeMachine = { id, input, state: 'pending', server };
    machines.set(id, machine);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    if (machine.state === 'pending') machine.state = 'running';
    return machine;
  };
  const create: ServiceFactory = () =>
    defineService(EC2, { name: 'ec2', signingName: 'ec2', protocol: 'ec2', version: '2016-11-15' })(
      {
        DescribeSubnets: (input) => ({
          Subnets: ZONES.map((zone) => ({
            SubnetId: `subnet-${zone}`,
            AvailabilityZone: `eu-central-1${zone}`,
            AvailabilityZoneId: `euc1-az-${zone}`,
            VpcId: 'vpc-1',
          })).filter(({ SubnetId }) => input.Filters?.[0]?.Values?.includes(SubnetId) ?? true),
        }),
        DescribeLaunchTemplateVersions: (input) => {
          const version = input.Versions?.[0];
          if (version === '99')
            throw new AwsError('InvalidLaunchTemplateId.VersionNotFound', 'could not find version 99');
          return {
            LaunchTemplateVersions: [
              {
                LaunchTemplateId: 'lt-1',
                LaunchTemplateName: 'template',
                VersionNumber: /^\d+$/.test(version ?? '') ? Number(version) : 1,
              },
            ],
          };
        },
        RunInstances: async (input) => ({ Instances: [present(await run(input))] }),
        DescribeInstances: (input) => ({
          Reservations: [...machines.values()]
            .filter((machine) => (input.Filters ?? []).every((filter) => passes(machine, filter)))
            .map((machine) => ({ Instances: [present(machine)] })),
        }),
        TerminateInstances: (input) => {
          for (const id of input.InstanceIds ?? []) {
            const machine = machines.get(id);
            if (machine === undefined)
              throw new AwsError('InvalidInstanceID.NotFound', `no instance '${id}'`);
            end(machine, 'terminated');
          }
          return {};
        },
      },
      {
        backplane: {
          resolve: (id) => {
            const machine = machines.get(id);
            const address = machine?.state === 'running' ? machine.server.address() : null;
            return Promise.resolve(
              address === null || typeof address === 'string'
                ? undefined
                : { host: '127.0.0.1', port: address.port },
            );
          },
        },
      },
    );
  const fake: FakeEc2 = {
    create,
    machines,
    serve: (id) => (_, response) => {
      response.end(id);
    },
    failure: undefined,
    failuresIn: new Map(),
    hold: undefined,
    launches: 0,
    powerOff: (id) => {
      const machine = machines.get(id);
      if (machine !== undefined) end(machine, 'stopped');
    },
    close: () => {
      for (const machine of machines.values()) end(machine, 'terminated');
    },
  };
  return fake;
};
