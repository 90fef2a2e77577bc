import { DeleteSnapshotCommand, DeregisterImageCommand, EC2Client } from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { deleteSnapshot, deregisterImage } from '#pipeline/image/delete-image';
import { instantClock } from '#test/helpers/instant-clock';
import { ec2Error } from '#test/helpers/service-error';

const ec2 = mockClient(EC2Client);
const client = new EC2Client({ region: 'r' });

beforeEach(() => {
  ec2.reset();
});

describe('deleteSnapshot', () => {
  test('G04: waits until the image that is gone gives its snapshot free', async () => {
    ec2
      .on(DeleteSnapshotCommand)
      .rejectsOnce(ec2Error('InvalidSnapshot.InUse'))
      .rejectsOnce(ec2Error('InvalidSnapshot.InUse'))
      .resolves({});
    await deleteSnapshot('snap-1', { ec2: client, clock: instantClock() });
    expect(ec2.calls()).toHaveLength(3);
  });

  test('gives up on a snapshot that stays in use for a minute', async () => {
    ec2.on(DeleteSnapshotCommand).rejects(ec2Error('InvalidSnapshot.InUse'));
    const clock = instantClock();
    await expect(deleteSnapshot('snap-1', { ec2: client, clock })).rejects.toMatchObject({
      name: 'InvalidSnapshot.InUse',
    });
    expect(clock.waited()).toBe(60_000);
  });

  test('is content with a snapshot that is gone', async () => {
    ec2.on(DeleteSnapshotCommand).rejects(ec2Error('InvalidSnapshot.NotFound'));
    await deleteSnapshot('snap-1', { ec2: client, clock: instantClock() });
    expect(ec2.calls()).toHaveLength(1);
  });
});

describe('deregisterImage', () => {
  test('is content with an image that is gone', async () => {
    ec2.on(DeregisterImageCommand).rejects(ec2Error('InvalidAMIID.NotFound'));
    await deregisterImage('ami-1', client);
    expect(ec2.calls()).toHaveLength(1);
  });

  test('lets a refusal out', async () => {
    ec2.on(DeregisterImageCommand).rejects(ec2Error('UnauthorizedOperation'));
    await expect(deregisterImage('ami-1', client)).rejects.toThrow('UnauthorizedOperation');
  });
});
