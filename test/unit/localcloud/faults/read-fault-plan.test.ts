import { expect, test } from '@jest/globals';
import { FaultPlanError, readFaultPlan } from '#localcloud/faults/read-fault-plan';

const rule = { service: 'ec2', action: 'RunInstances' };

test.each([
  {},
  { seed: 7, rules: [], delivery: [] },
  {
    rules: [
      { ...rule, do: { capacity: 'eu-central-1a' }, nth: 2, times: 1, resource: 'i-*', caller: 'kiln-*' },
    ],
  },
  { rules: [{ ...rule, do: { error: 'Unavailable', status: 503, message: 'm' } }] },
  { delivery: [{ channel: 'schedule', do: { drop: true }, every: 3 }] },
])('takes %j', (plan) => {
  expect(readFaultPlan(plan)).toBe(plan);
});

test.each([
  ['a list', [], 'plan must be an object'],
  ['an unknown member', { rule: [] }, 'plan.rule is not known'],
  ['no list of rules', { rules: {} }, 'rules must be a list'],
  ['a rule without a fault', { rules: [rule] }, 'rules[0].do is missing'],
  [
    'two faults in one',
    { rules: [{ ...rule, do: { throttle: true, delayMs: 1 } }] },
    'got throttle, delayMs',
  ],
  ['no fault', { rules: [{ ...rule, do: {} }] }, 'got none'],
  [
    'a negative delay',
    { rules: [{ ...rule, do: { delayMs: -1 } }] },
    'rules[0].do.delayMs must be a whole number from 0, got -1',
  ],
  [
    'a probability over 1',
    { rules: [{ ...rule, do: { throttle: true }, probability: 2 }] },
    'must be a number from 0 to 1',
  ],
  [
    'two occasions',
    { rules: [{ ...rule, do: { throttle: true }, nth: 1, every: 2 }] },
    'nth and every, at most one',
  ],
  [
    'a launch fault of another call',
    { rules: [{ service: 'ec2', action: '*', do: { capacity: '*' } }] },
    'rules[0].do.capacity needs service ec2 and action RunInstances',
  ],
  [
    'a hidden tag',
    { rules: [{ service: 'ec2', action: 'CreateTags', do: { hideFor: 1 } }] },
    'hideFor needs one of',
  ],
  [
    'a status without an error',
    { rules: [{ ...rule, do: { throttle: true, status: 500 } }] },
    'and no error',
  ],
  [
    'another channel',
    { delivery: [{ channel: 'pigeon', do: { drop: true } }] },
    'must be one of rule-target',
  ],
  [
    'a duplicate of one',
    { delivery: [{ channel: 'schedule', do: { duplicate: 1 } }] },
    'a whole number from 2',
  ],
  [
    'a target that is forgotten',
    { delivery: [{ channel: 'rule-target', do: { drop: true } }] },
    'EventBridge forgets no delivery',
  ],
])('refuses %s', (_, plan, message) => {
  expect(() => readFaultPlan(plan)).toThrow(FaultPlanError);
  expect(() => readFaultPlan(plan)).toThrow(message);
});

test('tells all problems at once', () => {
  const plan = { rules: [{ action: '', do: { throttle: 1 } }], delivery: [{ channel: 'schedule', do: 1 }] };
  expect(() => readFaultPlan(plan)).toThrow(
    'rules[0].service is missing; rules[0].action must be a text, got ""; rules[0].do.throttle must be true, got 1; delivery[0].do must be an object',
  );
});
