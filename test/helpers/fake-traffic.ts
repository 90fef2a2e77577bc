import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Rule, TargetHealthStateEnum } from '@aws-sdk/client-elastic-load-balancing-v2';
import { mockClient } from 'aws-sdk-client-mock';
import { elbError } from './service-error.ts';

const short = (arn: string | undefined): string => (arn ?? '').replace(/^arn:/, '');

const weightsOf = (rule: Pick<Rule, 'Actions'>): string =>
  (rule.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [])
    .map((group) => `${short(group.TargetGroupArn)}=${group.Weight}`)
    .join(',');

/** A rule that sends traffic to target groups by weight. */
export const aRule = (
  RuleArn: string,
  Priority: number,
  weights: Readonly<Record<string, number>>,
  preview?: string,
): Rule => ({
  RuleArn,
  Priority: String(Priority),
  Conditions:
    preview === undefined
      ? [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }]
      : [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'x-kiln-preview', Values: [preview] } }],
  Actions: [
    {
      Type: 'forward',
      ForwardConfig: {
        TargetGroups: Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })),
      },
    },
  ],
});

/**
 * A listener's rules and target groups, as far as the pipeline's calls change them, in the place of every Elastic Load
 * Balancing client. `targetGroups` gives ARNs by name, `health` the states of the targets by ARN, and `changes` every
 * change in order, for example `ModifyRule tg/1=0,tg/2=100`.
 */
export const fakeTraffic = () => {
  const mock = mockClient(ElasticLoadBalancingV2Client);
  const world = {
    client: new ElasticLoadBalancingV2Client({ region: 'r' }),
    mock,
    rules: [{ RuleArn: 'arn:rule/default', Priority: 'default', IsDefault: true }] as Rule[],
    targetGroups: new Map<string, string>(),
    health: new Map<string, TargetHealthStateEnum[]>(),
    changes: [] as string[],
  };
  const find = (arn: string | undefined): Rule => {
    const rule = world.rules.find(({ RuleArn }) => RuleArn === arn);
    if (rule === undefined) throw elbError('RuleNotFoundException');
    return rule;
  };
  const groupInUse = (arn: string | undefined): boolean =>
    world.rules.some((rule) =>
      rule.Actions?.some((action) =>
        action.ForwardConfig?.TargetGroups?.some(({ TargetGroupArn }) => TargetGroupArn === arn),
      ),
    );
  let made = 0;
  mock.on(DescribeRulesCommand).callsFake(({ RuleArns }: DescribeRulesCommand['input']) => ({
    Rules: RuleArns === undefined ? [...world.rules] : RuleArns.map((arn) => find(arn)),
  }));
  mock.on(CreateRuleCommand).callsFake(({ Priority, Conditions, Actions }: CreateRuleCommand['input']) => {
    if (world.rules.some((rule) => rule.Priority === String(Priority)))
      throw elbError('PriorityInUseException');
    const rule = {
      RuleArn: `arn:rule/${(made += 1)}`,
      Priority: String(Priority),
      Conditions: Conditions ?? [],
      Actions: Actions ?? [],
    };
    world.rules.push(rule);
    world.changes.push(`CreateRule ${Priority} ${weightsOf(rule)}`);
    return { Rules: [rule] };
  });
  mock.on(ModifyRuleCommand).callsFake(({ RuleArn, Actions = [] }: ModifyRuleCommand['input']) => {
    find(RuleArn).Actions = Actions;
    world.changes.push(`ModifyRule ${weightsOf({ Actions })}`);
    return {};
  });
  mock.on(DeleteRuleCommand).callsFake(({ RuleArn }: DeleteRuleCommand['input']) => {
    find(RuleArn);
    world.rules = world.rules.filter((rule) => rule.RuleArn !== RuleArn);
    world.changes.push(`DeleteRule ${short(RuleArn)}`);
    return {};
  });
  mock.on(DescribeTargetGroupsCommand).callsFake(({ Names = [] }: DescribeTargetGroupsCommand['input']) => {
    const arn = world.targetGroups.get(Names[0] ?? '');
    if (arn === undefined) throw elbError('TargetGroupNotFoundException');
    return { TargetGroups: [{ TargetGroupArn: arn }] };
  });
  mock.on(CreateTargetGroupCommand).callsFake(({ Name = '' }: CreateTargetGroupCommand['input']) => {
    if (world.targetGroups.has(Name)) throw elbError('DuplicateTargetGroupNameException');
    const arn = `arn:tg/new`;
    world.targetGroups.set(Name, arn);
    world.changes.push('CreateTargetGroup');
    return { TargetGroups: [{ TargetGroupArn: arn }] };
  });
  mock.on(ModifyTargetGroupAttributesCommand).resolves({});
  mock.on(DeleteTargetGroupCommand).callsFake(({ TargetGroupArn }: DeleteTargetGroupCommand['input']) => {
    if (groupInUse(TargetGroupArn)) throw elbError('ResourceInUseException');
    if (![...world.targetGroups.values()].includes(TargetGroupArn ?? ''))
      throw elbError('TargetGroupNotFoundException');
    for (const [name, arn] of world.targetGroups) if (arn === TargetGroupArn) world.targetGroups.delete(name);
    world.changes.push(`DeleteTargetGroup ${short(TargetGroupArn)}`);
    return {};
  });
  mock
    .on(DescribeTargetHealthCommand)
    .callsFake(({ TargetGroupArn = '' }: DescribeTargetHealthCommand['input']) => ({
      // Machines are named after the number of their release: `i-2-0`.
      TargetHealthDescriptions: (world.health.get(TargetGroupArn) ?? []).map((State, index) => ({
        Target: { Id: `i-${TargetGroupArn.split('/').at(-1)}-${index}` },
        TargetHealth: { State },
      })),
    }));
  return world;
};
