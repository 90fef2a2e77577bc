import type {
  CreateRuleCommandInput,
  CreateRuleCommandOutput,
  DeleteRuleCommandInput,
  DescribeRulesCommandInput,
  DescribeRulesCommandOutput,
  ModifyRuleCommandInput,
  ModifyRuleCommandOutput,
  Rule,
  SetRulePrioritiesCommandInput,
  SetRulePrioritiesCommandOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  invalidConfiguration,
  operationNotPermitted,
  priorityInUse,
  ruleNotFound,
  tooMany,
  validationError,
} from './errors.ts';
import { findListener } from './listeners.ts';
import { pageOf } from './pages.ts';
import type { ListenerRecord, RuleRecord } from './records.ts';
import { checkActions } from './rule-actions.ts';
import { checkConditions } from './rule-conditions.ts';
import type { ElbScope } from './scope.ts';
import { checkTags } from './tags.ts';

type Out<T> = Omit<T, '$metadata'>;

const RULES_PER_LOAD_BALANCER = 100;
const MAX_PRIORITY = 50_000;

const present = (record: RuleRecord): Rule => ({
  RuleArn: record.arn,
  Priority: String(record.priority),
  Conditions: [...record.conditions],
  Actions: [...record.actions],
  IsDefault: false,
});

const presentDefault = (listener: ListenerRecord): Rule => ({
  RuleArn: listener.defaultRuleArn,
  Priority: 'default',
  Conditions: [],
  Actions: [...listener.defaultActions],
  IsDefault: true,
});

const refuseTransforms = (transforms: readonly unknown[] | undefined): void => {
  if ((transforms ?? []).length > 0)
    throw invalidConfiguration('rule transforms are not supported by the local cloud');
};

const checkPriority = (priority: number | undefined): number => {
  if (priority === undefined || !Number.isInteger(priority) || priority < 1 || priority > MAX_PRIORITY)
    throw validationError(`Priority '${priority ?? ''}' must be between '1' and '${MAX_PRIORITY}' inclusive`);
  return priority;
};

const rulesOf = ({ records }: ElbScope, listenerArn: string): RuleRecord[] =>
  records.rules.list().filter((rule) => rule.listenerArn === listenerArn);

const findRule = ({ records }: ElbScope, arn: string | undefined, verb: string): RuleRecord => {
  const record = records.rules.get(arn ?? '');
  if (record !== undefined) return record;
  if (records.listeners.list().some(({ defaultRuleArn }) => defaultRuleArn === arn))
    throw operationNotPermitted(`Default rule '${arn}' cannot be ${verb}`);
  throw ruleNotFound(arn ?? '');
};

/** Creates a rule of a listener; it serves from now on. */
export const createRule = (scope: ElbScope, input: CreateRuleCommandInput): Out<CreateRuleCommandOutput> => {
  const { context, records, traffic } = scope;
  const listener = findListener(scope, input.ListenerArn);
  refuseTransforms(input.Transforms);
  const priority = checkPriority(input.Priority);
  const siblings = rulesOf(scope, listener.arn);
  if (siblings.some((rule) => rule.priority === priority)) throw priorityInUse(String(priority));
  if (siblings.length >= RULES_PER_LOAD_BALANCER) throw tooMany('Rules', RULES_PER_LOAD_BALANCER);
  const record: RuleRecord = {
    arn: `${listener.arn.replace(':listener/', ':listener-rule/')}/${context.random.hex(16)}`,
    listenerArn: listener.arn,
    priority,
    conditions: checkConditions(input.Conditions),
    actions: checkActions(scope, listener.loadBalancerArn, input.Actions),
    tags: checkTags(input.Tags),
  };
  records.rules.put(record.arn, record);
  traffic.routeListener(listener.arn);
  traffic.refreshTargets();
  return { Rules: [present(record)] };
};

/** Lists the rules of a listener in the order in which they are tried, or those of the ARNs. */
export const describeRules = (
  scope: ElbScope,
  input: DescribeRulesCommandInput,
): Out<DescribeRulesCommandOutput> => {
  const { records } = scope;
  if (input.RuleArns !== undefined && input.RuleArns.length > 0) {
    const listeners = records.listeners.list();
    const Rules = input.RuleArns.map((arn) => {
      const rule = records.rules.get(arn);
      const listener = listeners.find(({ defaultRuleArn }) => defaultRuleArn === arn);
      if (rule !== undefined) return present(rule);
      if (listener === undefined) throw ruleNotFound(arn);
      return presentDefault(listener);
    });
    return { Rules };
  }
  const listener = findListener(scope, input.ListenerArn);
  const ordered = rulesOf(scope, listener.arn).toSorted((left, right) => left.priority - right.priority);
  const { items, ...page } = pageOf([...ordered.map(present), presentDefault(listener)], input);
  return { Rules: items, ...page };
};

/** Replaces a rule's conditions or its whole list of actions; what is not given stays. */
export const modifyRule = (scope: ElbScope, input: ModifyRuleCommandInput): Out<ModifyRuleCommandOutput> => {
  const { records, traffic } = scope;
  const record = findRule(scope, input.RuleArn, 'modified');
  refuseTransforms(input.Transforms);
  const listener = findListener(scope, record.listenerArn);
  const changed: RuleRecord = {
    ...record,
    conditions: input.Conditions === undefined ? record.conditions : checkConditions(input.Conditions),
    actions:
      input.Actions === undefined
        ? record.actions
        : checkActions(scope, listener.loadBalancerArn, input.Actions),
  };
  records.rules.put(record.arn, changed);
  traffic.routeListener(listener.arn);
  traffic.refreshTargets();
  return { Rules: [present(changed)] };
};

/** Gives rules new priorities, all or none. */
export const setRulePriorities = (
  scope: ElbScope,
  input: SetRulePrioritiesCommandInput,
): Out<SetRulePrioritiesCommandOutput> => {
  const { context, records, traffic } = scope;
  const changed = (input.RulePriorities ?? []).map(({ RuleArn, Priority }) => ({
    ...findRule(scope, RuleArn, 'given another priority'),
    priority: checkPriority(Priority),
  }));
  const arns = new Set(changed.map(({ arn }) => arn));
  for (const rule of changed) {
    const others = [
      ...rulesOf(scope, rule.listenerArn).filter(({ arn }) => !arns.has(arn)),
      ...changed.filter(({ arn, listenerArn }) => arn !== rule.arn && listenerArn === rule.listenerArn),
    ];
    if (others.some(({ priority }) => priority === rule.priority)) throw priorityInUse(String(rule.priority));
  }
  context.store.transaction(() => {
    for (const rule of changed) records.rules.put(rule.arn, rule);
  });
  for (const listenerArn of new Set(changed.map((rule) => rule.listenerArn)))
    traffic.routeListener(listenerArn);
  return { Rules: changed.map(present) };
};

/** Deletes a rule; a default rule goes only with its listener. */
export const deleteRule = (scope: ElbScope, input: DeleteRuleCommandInput): Record<string, never> => {
  const record = findRule(scope, input.RuleArn, 'deleted');
  scope.records.rules.delete(record.arn);
  scope.traffic.routeListener(record.listenerArn);
  scope.traffic.refreshTargets();
  return {};
};
