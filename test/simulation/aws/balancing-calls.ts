import {
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action, Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import { targetGroupsOf } from '#pipeline/traffic/listener-rule';
import { TAG } from '#pipeline/tags';
import { elbError } from '#test/helpers/service-error';
import type { Account, Caller, ListenerRule, Machine, TargetGroup } from './account.ts';
import type { Calls } from './calls.ts';

/** Rules from here on carry traffic, the ones before only previews. */
const FIRST_APP_PRIORITY = 1000;

const allRules = (account: Account): ListenerRule[] => [...account.rules.values()].flat();

/** A rule comes, or goes with -1. */
const countNamed = ({ named }: Account, rule: Pick<Rule, 'Actions'>, by: 1 | -1): void => {
  for (const arn of targetGroupsOf(rule)) named.set(arn, (named.get(arn) ?? 0) + by);
};

/** Whether a rule sends anything to the target group. */
const isNamed = ({ named }: Account, arn: string): boolean => (named.get(arn) ?? 0) > 0;

const findRule = (account: Account, arn: string | undefined): ListenerRule => {
  const rule = allRules(account).find(({ RuleArn }) => RuleArn === arn);
  if (rule === undefined) throw elbError('RuleNotFoundException');
  return rule;
};

const findTargetGroup = (account: Account, arn: string | undefined): TargetGroup => {
  const group = account.targetGroups.get(arn ?? '');
  if (group === undefined) throw elbError('TargetGroupNotFoundException');
  return group;
};

const groupNameOf = (account: Account, arn: string): string =>
  account.targetGroups.get(arn)?.group?.name ?? arn;

const weightsOf = (account: Account, actions: readonly Action[] | undefined): Record<string, number> =>
  Object.fromEntries(
    (actions?.[0]?.ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn = '', Weight = 0 }) => [
      groupNameOf(account, TargetGroupArn),
      Weight,
    ]),
  );

const note = (
  account: Account,
  fact: 'weights.set' | 'weights.read',
  rule: ListenerRule,
  { name, cause }: Caller,
): void => {
  if (Number(rule.Priority) < FIRST_APP_PRIORITY) return;
  const [arn = ''] = targetGroupsOf(rule);
  const { environment = '', app = '' } = account.targetGroups.get(arn) ?? {};
  const weights = weightsOf(account, rule.Actions);
  const place = { environment, app };
  if (fact === 'weights.read') account.history.state(name, { fact, ...place, weights });
  else account.history.state(name, { fact, ...place, weights, cause });
};

const answerRuleCalls = (account: Account, calls: Calls): void => {
  calls.on(DescribeRulesCommand, ({ ListenerArn = '', RuleArns }, caller) => {
    if (RuleArns === undefined) return { Rules: [...(account.rules.get(ListenerArn) ?? [])] };
    const rules = RuleArns.map((arn) => findRule(account, arn));
    if (caller.cause === 'rollout') for (const rule of rules) note(account, 'weights.read', rule, caller);
    return { Rules: rules.map((rule) => ({ ...rule })) };
  });
  calls.on(CreateRuleCommand, ({ ListenerArn = '', Priority, Conditions = [], Actions = [] }, caller) => {
    const rules = account.rules.get(ListenerArn) ?? [];
    if (rules.some((rule) => rule.Priority === String(Priority))) throw elbError('PriorityInUseException');
    account.made += 1;
    const rule: ListenerRule = {
      RuleArn: `arn:rule/${account.made}`,
      Priority: String(Priority),
      Conditions,
      Actions,
      tags: [],
    };
    account.rules.set(ListenerArn, [...rules, rule]);
    countNamed(account, rule, 1);
    note(account, 'weights.set', rule, caller);
    return { Rules: [rule] };
  });
  calls.on(ModifyRuleCommand, ({ RuleArn, Actions = [] }, caller) => {
    const rule = findRule(account, RuleArn);
    countNamed(account, rule, -1);
    rule.Actions = Actions;
    countNamed(account, rule, 1);
    note(account, 'weights.set', rule, caller);
    return {};
  });
  calls.on(DeleteRuleCommand, ({ RuleArn }) => {
    countNamed(account, findRule(account, RuleArn), -1);
    for (const [listener, rules] of account.rules)
      account.rules.set(
        listener,
        rules.filter((rule) => rule.RuleArn !== RuleArn),
      );
    return {};
  });
};

/** Elastic Load Balancing's calls. */
export const answerBalancingCalls = (account: Account, calls: Calls): void => {
  answerRuleCalls(account, calls);
  calls.on(DescribeTargetGroupsCommand, ({ Names = [] }) => {
    const found = [...account.targetGroups.values()].filter(({ name }) => Names.includes(name));
    if (found.length === 0) throw elbError('TargetGroupNotFoundException');
    return { TargetGroups: found.map(({ arn, name }) => ({ TargetGroupArn: arn, TargetGroupName: name })) };
  });
  calls.on(CreateTargetGroupCommand, ({ Name = '', Tags = [] }) => {
    if ([...account.targetGroups.values()].some(({ name }) => name === Name))
      throw elbError('DuplicateTargetGroupNameException');
    const tags = new Map(Tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
    account.made += 1;
    const arn = `arn:aws:elasticloadbalancing:r:0:targetgroup/${Name}/${account.made.toString(16)}`;
    account.targetGroups.set(arn, {
      arn,
      name: Name,
      app: tags.get(TAG.app) ?? '',
      environment: tags.get(TAG.environment) ?? '',
      drainSeconds: 300,
      group: undefined,
    });
    return { TargetGroups: [{ TargetGroupArn: arn, TargetGroupName: Name }] };
  });
  calls.on(ModifyTargetGroupAttributesCommand, ({ TargetGroupArn, Attributes = [] }) => {
    const group = findTargetGroup(account, TargetGroupArn);
    const delay = Attributes.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value;
    if (delay !== undefined) group.drainSeconds = Number(delay);
    return {};
  });
  calls.on(DeleteTargetGroupCommand, ({ TargetGroupArn = '' }) => {
    findTargetGroup(account, TargetGroupArn);
    if (isNamed(account, TargetGroupArn)) throw elbError('ResourceInUseException');
    account.targetGroups.delete(TargetGroupArn);
    return {};
  });
  calls.on(DescribeTargetHealthCommand, ({ TargetGroupArn = '' }, { cause }) => {
    const { group } = findTargetGroup(account, TargetGroupArn);
    const targets = [...(group?.machines.values() ?? [])].filter(({ target }) => target !== 'none');
    const lies = account.balancerLies && cause === 'recycling';
    const stateOf = ({ target }: Machine): string => (lies && target === 'initial' ? 'healthy' : target);
    const unused = targets.length > 0 && !isNamed(account, TargetGroupArn);
    return {
      TargetHealthDescriptions: targets.map((machine) => ({
        Target: { Id: machine.instanceId, Port: 8080, AvailabilityZone: machine.zone },
        TargetHealth: { State: unused && machine.target !== 'draining' ? 'unused' : stateOf(machine) },
      })),
    };
  });
};
