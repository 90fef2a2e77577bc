import type * as EventBridge from '@aws-sdk/client-eventbridge';
import { parseEventPattern } from '../../event-patterns/event-pattern.ts';
import { EventPatternError } from '../../event-patterns/pattern-error.ts';
import type { EventsDeps } from './deps.ts';
import { invalidEventPattern, validationException } from './errors.ts';
import type { RuleRecord } from './event-store.ts';
import { busName, ruleArn } from './event-store.ts';
import { page } from '../../page.ts';
import { parseSchedule } from './schedule.ts';

// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
const maximumPattern = 4096;

const requirePattern = (text: string): void => {
  if (text.length > maximumPattern) {
    throw invalidEventPattern(`Event pattern is not valid. Reason: longer than ${maximumPattern} characters`);
  }
  try {
    parseEventPattern(text);
  } catch (error) {
    if (error instanceof EventPatternError) throw invalidEventPattern(error.message);
    throw error;
  }
};

const present = (rule: RuleRecord): EventBridge.Rule => ({
  Name: rule.name,
  Arn: rule.arn,
  State: rule.state,
  EventBusName: rule.bus,
  ...(rule.eventPattern === undefined ? {} : { EventPattern: rule.eventPattern }),
  ...(rule.scheduleExpression === undefined ? {} : { ScheduleExpression: rule.scheduleExpression }),
  ...(rule.description === undefined ? {} : { Description: rule.description }),
  ...(rule.roleArn === undefined ? {} : { RoleArn: rule.roleArn }),
});

/** PutRule: an existing rule keeps its targets and tags. */
export const putRule = (
  { context, events }: EventsDeps,
  input: EventBridge.PutRuleRequest,
): EventBridge.PutRuleResponse => {
  const bus = events.requireBus(busName(input.EventBusName)).name;
  const name = input.Name ?? '';
  const { EventPattern: pattern, ScheduleExpression: schedule } = input;
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(name)) throw validationException(`Rule name '${name}' is not valid.`);
  if (!pattern && !schedule)
    throw validationException('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  if (pattern) requirePattern(pattern);
  if (schedule) {
    if (bus !== 'default')
      throw validationException('ScheduleExpression is supported only on the default event bus.');
    if (parseSchedule(schedule) === undefined)
      throw validationException('Parameter ScheduleExpression is not valid.');
  }
  const known = events.findRule(bus, name);
  const arn = ruleArn(context, bus, name);
  const sameSchedule =
    schedule !== undefined && known?.scheduleExpression === schedule && known.scheduledFrom !== undefined;
  events.putRule({
    name,
    bus,
    arn,
    state: input.State ?? 'ENABLED',
    targets: known?.targets ?? [],
    tags:
      known?.tags ?? Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    ...(pattern ? { eventPattern: pattern } : {}),
    ...(schedule
      ? {
          scheduleExpression: schedule,
          scheduledFrom: (sameSchedule ? known.scheduledFrom : undefined) ?? context.clock.now(),
        }
      : {}),
    ...(input.Description === undefined ? {} : { description: input.Description }),
    ...(input.RoleArn === undefined ? {} : { roleArn: input.RoleArn }),
  });
  return { RuleArn: arn };
};

/** DescribeRule. */
export const describeRule = (
  { context, events }: EventsDeps,
  input: EventBridge.DescribeRuleRequest,
): EventBridge.DescribeRuleResponse => ({
  ...present(events.requireRule(busName(input.EventBusName), input.Name ?? '')),
  CreatedBy: context.accountId,
});

/** DeleteRule: refused while the rule has targets; deleting what is not there succeeds. */
export const deleteRule = ({ events }: EventsDeps, input: EventBridge.DeleteRuleRequest): object => {
  const bus = busName(input.EventBusName);
  const rule = events.findRule(bus, input.Name ?? '');
  if (rule === undefined) return {};
  if (rule.targets.length > 0) throw validationException("Rule can't be deleted since it has targets.");
  events.deleteRule(bus, rule.name);
  return {};
};

/** EnableRule and DisableRule. */
export const setRuleState = (
  { events }: EventsDeps,
  input: EventBridge.EnableRuleRequest,
  state: EventBridge.RuleState,
): object => {
  events.putRule({ ...events.requireRule(busName(input.EventBusName), input.Name ?? ''), state });
  return {};
};

/** ListRules. */
export const listRules = (
  { events }: EventsDeps,
  input: EventBridge.ListRulesRequest,
): EventBridge.ListRulesResponse => {
  const bus = events.requireBus(busName(input.EventBusName)).name;
  const matching = events.rules(bus).filter(({ record }) => record.name.startsWith(input.NamePrefix ?? ''));
  const { items, nextToken } = page(matching, input.NextToken, input.Limit);
  return {
    Rules: items.map(({ record }) => present(record)),
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  };
};

/** ListRuleNamesByTarget. */
export const listRuleNamesByTarget = (
  { events }: EventsDeps,
  input: EventBridge.ListRuleNamesByTargetRequest,
): EventBridge.ListRuleNamesByTargetResponse => {
  const matching = events
    .rules(busName(input.EventBusName))
    .filter(({ record }) => record.targets.some(({ Arn }) => Arn === input.TargetArn))
    .map(({ record }) => record.name);
  const { items, nextToken } = page(matching, input.NextToken, input.Limit);
  return { RuleNames: [...items], ...(nextToken === undefined ? {} : { NextToken: nextToken }) };
};

/** TestEventPattern. */
export const testEventPattern = (
  input: EventBridge.TestEventPatternRequest,
): EventBridge.TestEventPatternResponse => {
  requirePattern(input.EventPattern ?? '');
  let event: unknown;
  try {
    event = JSON.parse(input.Event ?? '') as unknown;
  } catch {
    throw validationException('Parameter Event is not valid.');
  }
  if (typeof event !== 'object' || event === null) throw validationException('Parameter Event is not valid.');
  const missing = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'].filter(
    (field) => !(field in event),
  );
  if (missing.length > 0)
    throw validationException(`Parameter Event is not valid. Missing: ${missing.join(', ')}`);
  return { Result: parseEventPattern(input.EventPattern ?? '').matches(event) };
};
