import { newIdsIn } from './created-ids.ts';
import type { FaultPlan } from './fault-plan.ts';

/** A fault plan that cannot be followed; the message has every problem. */
export class FaultPlanError extends Error {
  override readonly name = 'FaultPlanError';
}

type Check = (value: unknown) => string | undefined;
type Fields = Readonly<Record<string, Check>>;

const whole =
  (least: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least ? undefined : `a whole number from ${least}`;

const text: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'a text');
const yes: Check = (value) => (value === true ? undefined : 'true');
const share: Check = (value) =>
  typeof value === 'number' && value >= 0 && value <= 1 ? undefined : 'a number from 0 to 1';

const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string) ? undefined : `one of ${values.join(', ')}`;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const occasion: Fields = { nth: whole(1), every: whole(1), probability: share, times: whole(1) };

const callFault: Fields = {
  throttle: yes,
  error: text,
  delayMs: whole(0),
  dropBefore: yes,
  dropAfter: yes,
  truncateBody: whole(0),
  corruptBody: yes,
  staleRead: whole(1),
  hideFor: whole(1),
  partial: whole(1),
  capacity: text,
};
const errorDetails: Fields = { status: whole(400), message: text };

const deliveryFault: Fields = {
  duplicate: whole(2),
  delayMs: whole(0),
  reorderMs: whole(1),
  drop: yes,
  redeliverMs: whole(0),
};

/** Problems of the members that are there, and of those that must be. */
const problemsOf = (
  value: unknown,
  path: string,
  known: Fields,
  required: readonly string[] = [],
): readonly string[] => {
  if (!isObject(value)) return [`${path} must be an object`];
  const missing = required.filter((name) => value[name] === undefined);
  return [
    ...missing.map((name) => `${path}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, member]) => {
      const check = known[name];
      if (check === undefined) return [`${path}.${name} is not known`];
      const expected = member === undefined ? undefined : check(member);
      return expected === undefined
        ? []
        : [`${path}.${name} must be ${expected}, got ${JSON.stringify(member)}`];
    }),
  ];
};

const anything: Check = () => undefined;

const exactlyOne = (value: unknown, path: string, names: Fields): readonly string[] => {
  if (!isObject(value)) return [];
  const found = Object.keys(value).filter((name) => name in names);
  return found.length === 1
    ? []
    : [
        `${path} must have exactly one of ${Object.keys(names).join(', ')}, got ${found.join(', ') || 'none'}`,
      ];
};

const occasionProblems = (rule: Readonly<Record<string, unknown>>, path: string): readonly string[] => {
  const found = ['nth', 'every', 'probability'].filter((name) => rule[name] !== undefined);
  return found.length < 2 ? [] : [`${path} has ${found.join(' and ')}, at most one is possible`];
};

const onlyWith = (
  rule: Readonly<Record<string, unknown>>,
  fault: Readonly<Record<string, unknown>>,
  path: string,
): readonly string[] => {
  const action = String(rule['action']);
  const launches = ['partial', 'capacity'].filter((name) => fault[name] !== undefined);
  return [
    ...(launches.length > 0 && (rule['service'] !== 'ec2' || action !== 'RunInstances')
      ? [`${path}.do.${launches[0]} needs service ec2 and action RunInstances`]
      : []),
    ...(fault['hideFor'] !== undefined && newIdsIn[action] === undefined
      ? [`${path}.do.hideFor needs one of the actions ${Object.keys(newIdsIn).join(', ')}`]
      : []),
    ...(fault['error'] === undefined && (fault['status'] ?? fault['message']) !== undefined
      ? [`${path}.do has a status or a message and no error`]
      : []),
  ];
};

const ruleProblems = (rule: unknown, path: string): readonly string[] => {
  const fields: Fields = {
    ...occasion,
    service: text,
    action: text,
    resource: text,
    caller: text,
    do: anything,
  };
  const problems = problemsOf(rule, path, fields, ['service', 'action', 'do']);
  if (!isObject(rule)) return problems;
  const fault = rule['do'];
  return [
    ...problems,
    ...occasionProblems(rule, path),
    ...problemsOf(fault, `${path}.do`, { ...callFault, ...errorDetails }),
    ...exactlyOne(fault, `${path}.do`, callFault),
    ...(isObject(fault) ? onlyWith(rule, fault, path) : []),
  ];
};

const deliveryProblems = (rule: unknown, path: string): readonly string[] => {
  const channel = oneOf('rule-target', 'async-invoke', 'schedule');
  const problems = problemsOf(rule, path, { ...occasion, channel, resource: text, do: anything }, [
    'channel',
    'do',
  ]);
  if (!isObject(rule)) return problems;
  const fault = rule['do'];
  return [
    ...problems,
    ...occasionProblems(rule, path),
    ...problemsOf(fault, `${path}.do`, deliveryFault),
    ...exactlyOne(fault, `${path}.do`, deliveryFault),
    ...(isObject(fault) && fault['drop'] === true && rule['channel'] === 'rule-target'
      ? [`${path}.do.drop: EventBridge forgets no delivery to a target; delay it instead`]
      : []),
  ];
};

const listProblems = (
  value: unknown,
  name: string,
  check: (item: unknown, path: string) => readonly string[],
): readonly string[] => {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [`${name} must be a list`];
  return value.flatMap((item, index) => check(item, `${name}[${index}]`));
};

/** Checks a plan that came from outside. @throws FaultPlanError with all of its problems. */
export const readFaultPlan = (value: unknown): FaultPlan => {
  const problems = problemsOf(value, 'plan', { seed: whole(0), rules: anything, delivery: anything });
  const { rules, delivery } = isObject(value) ? value : {};
  const all = [
    ...problems,
    ...listProblems(rules, 'rules', ruleProblems),
    ...listProblems(delivery, 'delivery', deliveryProblems),
  ];
  if (all.length > 0) throw new FaultPlanError(all.join('; '));
  return value as FaultPlan;
};
