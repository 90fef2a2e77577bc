import {
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createTargetGroup, deleteTargetGroup, readTargetHealth } from '#pipeline/traffic/target-group';
import { fakeTraffic } from '#test/helpers/fake-traffic';
import { instantClock } from '#test/helpers/instant-clock';
import { elbError } from '#test/helpers/service-error';

let traffic: ReturnType<typeof fakeTraffic>;

beforeEach(() => {
  traffic = fakeTraffic();
});

const create = (): Promise<string> =>
  createTargetGroup(
    {
      name: 'hello',
      vpcId: 'vpc-1',
      image: { port: 8080, healthPath: '/health' },
      drainSeconds: 10,
      tags: [],
    },
    traffic.client,
  );

describe('createTargetGroup', () => {
  test('a repeated call finds the group of the first', async () => {
    expect(await create()).toBe(await create());
    expect(traffic.changes).toEqual(['CreateTargetGroup']);
  });

  test('a lost answer to the creation is no failure', async () => {
    traffic.mock.on(CreateTargetGroupCommand).rejects(elbError('DuplicateTargetGroupNameException'));
    traffic.mock
      .on(DescribeTargetGroupsCommand)
      .resolves({ TargetGroups: [{ TargetGroupArn: 'arn:tg/made' }] });
    expect(await create()).toBe('arn:tg/made');
  });
});

describe('deleteTargetGroup', () => {
  const remove = () => deleteTargetGroup('arn:tg/1', { balancing: traffic.client, clock: instantClock() });

  test('waits until the deleted rule gives the group free', async () => {
    traffic.mock.on(DeleteTargetGroupCommand).rejectsOnce(elbError('ResourceInUseException')).resolves({});
    await remove();
    expect(traffic.mock.commandCalls(DeleteTargetGroupCommand)).toHaveLength(2);
  });

  test('does not remove a group that a rule sends traffic to', async () => {
    traffic.mock.on(DeleteTargetGroupCommand).rejects(elbError('ResourceInUseException'));
    await expect(remove()).rejects.toMatchObject({ name: 'ResourceInUseException' });
  });

  test('is content with a group that is gone', async () => {
    traffic.mock.on(DeleteTargetGroupCommand).rejects(elbError('TargetGroupNotFoundException'));
    await remove();
    expect(traffic.mock.commandCalls(DeleteTargetGroupCommand)).toHaveLength(1);
  });
});

test('a group that is gone has no targets', async () => {
  traffic.mock.on(DescribeTargetHealthCommand).rejects(elbError('TargetGroupNotFoundException'));
  expect(await readTargetHealth('arn:tg/1', traffic.client)).toEqual([]);
});
