import { writeFileSync } from 'node:fs';
import { PutRuleCommand, PutTargetsCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { instanceFiles } from '#localcloud/hypervisor/instance-dir';
import { createEvents } from '#localcloud/services/events/index';
import { createSqs } from '#localcloud/services/sqs/index';
import { startEc2World } from '#test/helpers/ec2-world';
import type { Ec2World } from '#test/helpers/ec2-world';
import { queueArnOf, queueUser } from '#test/helpers/queue-user';
import type { QueueUser } from '#test/helpers/queue-user';
import { poll } from '#test/helpers/poll';

const CONSOLE = 'kiln: powering off\n';

let world: Ec2World;
let queues: QueueUser;
let queue: string;

beforeEach(async () => {
  world = await startEc2World({}, undefined, undefined, [createEvents, createSqs]);
  queues = queueUser(world.cloud.clientConfig);
  queue = await queues.create('endings');
  const events = new EventBridgeClient(world.cloud.clientConfig);
  const EventPattern = JSON.stringify({
    source: ['aws.ec2'],
    'detail-type': ['EC2 Instance State-change Notification'],
  });
  const { RuleArn } = await events.send(new PutRuleCommand({ Name: 'endings', EventPattern }));
  await queues.allow(queue, 'events.amazonaws.com', RuleArn);
  await events.send(
    new PutTargetsCommand({ Rule: 'endings', Targets: [{ Id: 'queue', Arn: queueArnOf(queue) }] }),
  );
  events.destroy();
});

afterEach(() => world.stop());

/** States that were announced of the instance so far, in the order of arrival; a rule's events may overtake each other. */
const announced: { 'instance-id': string; state: string }[] = [];

const takeEvents = async (): Promise<void> => {
  const { Messages = [] } = await queues.client.send(
    new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 10 }),
  );
  for (const { Body = '', ReceiptHandle } of Messages) {
    const event = JSON.parse(Body) as { resources: string[]; detail: (typeof announced)[number] };
    expect(event.resources).toEqual([
      `arn:aws:ec2:eu-central-1:000000000000:instance/${event.detail['instance-id']}`,
    ]);
    announced.push(event.detail);
    await queues.client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle }));
  }
};

const untilAnnounced = async (id: string, states: readonly string[]): Promise<void> => {
  const ofInstance = (): string[] =>
    announced.filter((detail) => detail['instance-id'] === id).map(({ state }) => state);
  await poll(
    async () => {
      await takeEvents();
      return ofInstance().length >= states.length ? true : undefined;
    },
    4000,
    () => `announced: ${ofInstance().join()}`,
  );
  expect(ofInstance().toSorted()).toEqual(states.toSorted());
};

const consoleOf = async (id: string): Promise<string> => {
  const { Output = '' } = await world.ec2.getConsoleOutput({ InstanceId: id });
  return Buffer.from(Output, 'base64').toString();
};

describe('the end of an instance (from-docs)', () => {
  test.each([
    ['a caller', 'Client.UserInitiatedShutdown', /^User initiated \(/],
    ['its guest', 'Client.InstanceInitiatedShutdown', /^Client\.InstanceInitiatedShutdown/],
    ['the death of its machine', 'Server.InternalError', /^Server\.InternalError/],
  ])('by %s is announced state by state and explained', async (by, code, transition) => {
    const id = await world.launch({
      InstanceInitiatedShutdownBehavior: 'terminate',
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'kiln:app', Value: 'hello' }] }],
    });
    await world.untilState(id, 'running');
    if (by === 'a caller') await world.ec2.terminateInstances({ InstanceIds: [id] });
    else if (by === 'its guest') world.hypervisor.machine(id).powerOff();
    else world.hypervisor.machine(id).crash();
    const ended = await world.untilState(id, 'terminated');
    expect(ended.StateReason?.Code).toBe(code);
    expect(ended.StateTransitionReason).toMatch(transition);
    expect(ended.Tags).toEqual([{ Key: 'kiln:app', Value: 'hello' }]);
    expect(ended.LaunchTime).toBeInstanceOf(Date);
    await untilAnnounced(id, ['pending', 'running', 'shutting-down', 'terminated']);
  });

  test('a stop and a start are announced state by state', async () => {
    const id = await world.launch();
    await world.untilState(id, 'running');
    await world.ec2.stopInstances({ InstanceIds: [id] });
    await world.untilState(id, 'stopped');
    await world.ec2.startInstances({ InstanceIds: [id] });
    await world.untilState(id, 'running');
    await untilAnnounced(id, ['pending', 'running', 'stopping', 'stopped', 'pending', 'running']);
  });
});

describe('the console of an ended instance (from-docs)', () => {
  test('is there for as long as the instance is listed, also after a restart, and empty when it never ran', async () => {
    const id = await world.launch({ InstanceInitiatedShutdownBehavior: 'terminate' });
    await world.untilState(id, 'running');
    writeFileSync(instanceFiles(world.hypervisor.machine(id).spec.dir).console, CONSOLE);
    world.hypervisor.machine(id).powerOff();
    const ended = await world.untilState(id, 'terminated');
    expect(await consoleOf(id)).toBe(CONSOLE);
    world = await world.restart({ failing: true });
    expect(await consoleOf(id)).toBe(CONSOLE);
    const failed = await world.launch({ ImageId: ended.ImageId });
    await world.untilState(failed, 'terminated');
    expect(await consoleOf(failed)).toBe('');
  });
});
