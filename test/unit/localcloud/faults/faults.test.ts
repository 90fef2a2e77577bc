import { describe, expect, test } from '@jest/globals';
import { textsOf, withoutHidden } from '#localcloud/faults/created-ids';
import { deliveryTimes } from '#localcloud/faults/delivery-times';
import type { FaultPlan } from '#localcloud/faults/fault-plan';
import { createFaults } from '#localcloud/faults/faults';
import type { Caller } from '#localcloud/identity';

const autoscaling: Caller = { kind: 'service', arn: 'autoscaling.amazonaws.com', accountId: '0' };
const baker: Caller = {
  kind: 'role',
  arn: 'arn:aws:sts::0:assumed-role/kiln-bake/s',
  accountId: '0',
  roleName: 'kiln-bake',
};

const strikes = (plan: FaultPlan, caller: Caller, calls = 1): number => {
  const faults = createFaults();
  faults.set(plan);
  const call = { service: 'ec2', action: 'RunInstances', input: { SubnetId: 'subnet-1' }, caller } as const;
  return Array.from({ length: calls }, () => faults.ofCall(call).length).reduce(
    (sum, count) => sum + count,
    0,
  );
};

describe('a rule', () => {
  const throttle = { service: 'ec2', action: 'Run*', do: { throttle: true } } as const;

  test("strikes AWS's own calls only when it names the service that makes them", () => {
    expect(strikes({ rules: [throttle] }, autoscaling)).toBe(0);
    expect(strikes({ rules: [{ ...throttle, caller: 'autoscaling.*' }] }, autoscaling)).toBe(1);
    expect(strikes({ rules: [throttle] }, baker)).toBe(1);
    expect(strikes({ rules: [{ ...throttle, caller: 'kiln-b*' }] }, baker)).toBe(1);
    expect(strikes({ rules: [{ ...throttle, caller: 'kiln-x*' }] }, baker)).toBe(0);
  });

  test('of a zone without capacity is for everybody', () => {
    expect(
      strikes({ rules: [{ service: 'ec2', action: 'RunInstances', do: { capacity: '*' } }] }, autoscaling),
    ).toBe(1);
  });

  test('strikes by chance about as often as it should, and alike with the same seed', () => {
    const plan = (seed: number): FaultPlan => ({ seed, rules: [{ ...throttle, probability: 0.3 }] });
    const counts = [1, 2, 3].map((seed) => strikes(plan(seed), baker, 2000));
    // 600 ± 4 standard deviations of a binomial distribution.
    for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(82);
    expect(strikes(plan(1), baker, 2000)).toBe(counts[0]);
    expect(new Set(counts).size).toBeGreaterThan(1);
  });

  test('begins to count anew with a new plan', () => {
    const faults = createFaults();
    const call = { service: 'ec2', action: 'RunInstances', input: {}, caller: baker } as const;
    for (let plan = 0; plan < 2; plan += 1) {
      faults.set({ rules: [{ ...throttle, nth: 1 }] });
      expect([faults.ofCall(call).length, faults.ofCall(call).length]).toEqual([1, 0]);
    }
    faults.clear();
    expect([faults.ofCall(call), faults.struck()]).toEqual([[], []]);
  });
});

describe('a delivery', () => {
  const half = (): number => 0.5;

  test.each([
    ['as it is', [], [0]],
    ['three times', [{ duplicate: 3 }], [0, 0, 0]],
    ['late', [{ delayMs: 40 }], [40]],
    ['at some time in a window', [{ reorderMs: 100 }], [50]],
    ['never', [{ duplicate: 2 }, { drop: true }], []],
    ['twice and late', [{ duplicate: 2 }, { delayMs: 7 }], [7, 7]],
  ] as const)('is made %s', (_, faults, times) => {
    expect(deliveryTimes(faults, half)).toEqual(times);
  });
});

describe('what is hidden', () => {
  const hidden = new Set(['i-1']);

  test('is found where the operation names it', () => {
    const answer = { Instances: [{ InstanceId: 'i-1', SubnetId: 's-1' }, { InstanceId: 'i-2' }] };
    expect([...textsOf(answer, 'InstanceId')]).toEqual(['i-1', 'i-2']);
    expect([...textsOf({ Instances: [{ InstanceIds: ['i-3'] }] }, 'InstanceIds')]).toEqual(['i-3']);
  });

  test('leaves the lists it is in, with what holds nothing else', () => {
    const at = new Date(0);
    const answer = {
      Reservations: [
        { Instances: [{ InstanceId: 'i-1' }] },
        { Instances: [{ InstanceId: 'i-1' }, { InstanceId: 'i-2', LaunchTime: at }] },
        { Instances: [] },
      ],
      Ids: ['i-1', 'i-2'],
      Body: Buffer.from('i-1'),
    };
    expect(withoutHidden(answer, hidden)).toEqual({
      Reservations: [{ Instances: [{ InstanceId: 'i-2', LaunchTime: at }] }, { Instances: [] }],
      Ids: ['i-2'],
      Body: Buffer.from('i-1'),
    });
  });
});
