import { describe, expect, test } from '@jest/globals';
import type { EndReason } from '#pipeline/machine/ended-machine';
import { endReason } from '#pipeline/machine/end-reason';
import type { EndEvidence } from '#pipeline/machine/end-reason';

const USER = 'Client.UserInitiatedShutdown';
const GUEST = 'Client.InstanceInitiatedShutdown';

const reasonOf = (more: Partial<EndEvidence>): EndReason =>
  endReason({ isSmokeTest: false, isDeadMan: false, group: 'there', stateCode: USER, ...more });

describe('who ended a machine on purpose says so beforehand', () => {
  test.each<EndReason>(['age', 'chaos', 'release', 'unhealthy'])('%s', (ending) => {
    expect(reasonOf({ ending, cause: 'a user request, shrinking the capacity from 3 to 2.' })).toBe(ending);
    expect(reasonOf({ ending, group: 'gone' })).toBe(ending);
  });

  test('a tag that says nothing known does not count', () => {
    expect(reasonOf({ ending: 'boredom', group: 'gone' })).toBe('release');
  });
});

describe('a machine of no group', () => {
  test('is a smoke test, however it ended', () => {
    for (const stateCode of [USER, GUEST, 'Server.InternalError'])
      expect(reasonOf({ isSmokeTest: true, group: 'none', stateCode })).toBe('smoke-test');
  });

  test('was ended by somebody when it is no smoke test', () => {
    expect(reasonOf({ group: 'none' })).toBe('by-hand');
  });
});

describe("EC2's state reasons", () => {
  test.each<[string, EndReason]>([
    [GUEST, 'app-ended'],
    ['Server.SpotInstanceTermination', 'interrupted'],
    ['Server.SpotInstanceShutdown', 'interrupted'],
    ['Server.InternalError', 'interrupted'],
    ['Server.ScheduledStop', 'interrupted'],
    ['Server.InsufficientInstanceCapacity', 'interrupted'],
    ['Client.InternalError', 'interrupted'],
    ['Client.VolumeLimitExceeded', 'interrupted'],
  ])('%s is %s, whatever became of the group', (stateCode, reason) => {
    for (const group of ['there', 'gone', 'none'] as const)
      expect(reasonOf({ stateCode, group, cause: 'an ELB system health check failure.' })).toBe(reason);
  });

  test('a machine that powered itself off because of its timer is told apart by its console', () => {
    expect(reasonOf({ stateCode: GUEST, isDeadMan: true })).toBe('dead-man');
  });

  test('a machine that was told to power off is no dead man, even if its timer fired meanwhile', () => {
    expect(reasonOf({ stateCode: USER, isDeadMan: true, group: 'gone' })).toBe('release');
  });
});

describe("Auto Scaling's causes", () => {
  const AT = 'At 2026-11-23T20:11:53Z';
  test.each<[string, EndReason]>([
    [
      `${AT} an instance was taken out of service in response to an ELB system health check failure.`,
      'unhealthy',
    ],
    [
      `${AT} an instance was taken out of service in response to a ELB system health check failure.`,
      'unhealthy',
    ],
    [
      `${AT} an instance was taken out of service in response to an EC2 instance status checks failure.`,
      'unhealthy',
    ],
    [`${AT} an instance was taken out of service in response to a user health-check.`, 'unhealthy'],
    [
      `${AT} an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.`,
      'by-hand',
    ],
    [
      `${AT} a user request update of AutoScalingGroup constraints to min: 0, max: 4, desired: 1 changing the desired capacity from 2 to 1. ${AT} an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 2 to 1. ${AT} instance i-1 was selected for termination.`,
      'capacity',
    ],
    [
      `${AT} a monitor alarm Scale-Down in state ALARM triggered policy Decrease changing the desired capacity from 4 to 3. ${AT} an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 4 to 3.`,
      'capacity',
    ],
    [
      `${AT} instances were launched to balance instances in zones eu-central-1a with other zones resulting in more than desired number of instances in the group. ${AT} an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 3 to 2.`,
      'capacity',
    ],
    [
      `${AT} instance i-1 was taken out of service in response to a user request, shrinking the capacity from 3 to 2.`,
      'by-hand',
    ],
    [`${AT} instance i-1 was taken out of service in response to a user request.`, 'by-hand'],
  ])('%s', (cause, reason) => {
    expect(reasonOf({ cause })).toBe(reason);
  });

  test('without one, somebody terminated the machine behind the back of its group', () => {
    expect(reasonOf({})).toBe('by-hand');
    expect(reasonOf({ stateCode: undefined })).toBe('by-hand');
  });

  test('a group that is gone or going was that of a release that no longer serves', () => {
    expect(reasonOf({ group: 'gone' })).toBe('release');
  });
});
