import type { RuleState, Target } from '@aws-sdk/client-eventbridge';
import { AwsError } from '../../../errors.ts';
import type { Json } from '../model.ts';
import { tagsShape } from '../property-shape.ts';
import type { MadeResource, ResourceScope, Tag } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

interface Rule {
  readonly Name?: string;
  readonly Description?: string;
  readonly EventBusName?: string;
  readonly EventPattern?: Json | string;
  readonly ScheduleExpression?: string;
  readonly State?: RuleState;
  readonly RoleArn?: string;
  readonly Targets?: readonly Target[];
  readonly Tags?: readonly Tag[];
}

interface RuleName {
  readonly Name: string;
  readonly EventBusName?: string;
}

const busOf = ({ EventBusName }: Rule): { EventBusName?: string } =>
  EventBusName === undefined ? {} : { EventBusName };

/** `Ref` of a rule on another bus than the default one is `<bus>|<rule>`. */
const ruleName = (physicalId: string): RuleName => {
  const [bus, name] = physicalId.split('|');
  return name === undefined
    ? { Name: physicalId }
    : { Name: name, ...(bus === undefined ? {} : { EventBusName: bus }) };
};

const put = async (
  Name: string,
  properties: Rule,
  staleTargetIds: readonly string[],
  scope: ResourceScope,
): Promise<MadeResource> => {
  const { events } = scope.peers;
  const { EventPattern, Targets = [] } = properties;
  const bus = busOf(properties);
  const { RuleArn } = await events.PutRule(
    {
      Name,
      ...bus,
      State: properties.State ?? 'ENABLED',
      ...(properties.Description === undefined ? {} : { Description: properties.Description }),
      ...(properties.ScheduleExpression === undefined
        ? {}
        : { ScheduleExpression: properties.ScheduleExpression }),
      ...(properties.RoleArn === undefined ? {} : { RoleArn: properties.RoleArn }),
      ...(EventPattern === undefined
        ? {}
        : { EventPattern: typeof EventPattern === 'string' ? EventPattern : JSON.stringify(EventPattern) }),
      Tags: scope.tags(properties.Tags),
    },
    scope.call,
  );
  const physicalId =
    bus.EventBusName === undefined || bus.EventBusName === 'default' ? Name : `${bus.EventBusName}|${Name}`;
  scope.started(physicalId);
  if (staleTargetIds.length > 0) {
    await events.RemoveTargets({ Rule: Name, ...bus, Ids: [...staleTargetIds] }, scope.call);
  }
  if (Targets.length > 0) {
    const answer = await events.PutTargets({ Rule: Name, ...bus, Targets: [...Targets] }, scope.call);
    const [failed] = answer.FailedEntries ?? [];
    if (failed !== undefined) {
      throw new AwsError(failed.ErrorCode ?? 'InternalException', failed.ErrorMessage ?? 'target refused');
    }
  }
  return { physicalId, attributes: { Arn: RuleArn } };
};

/** `AWS::Events::Rule` */
export const eventsRule = resourceType<Rule>({
  type: 'AWS::Events::Rule',
  properties: {
    Name: 'string',
    Description: 'string',
    EventBusName: 'string',
    EventPattern: 'json',
    ScheduleExpression: 'string',
    State: 'string',
    RoleArn: 'string',
    Targets: [
      {
        Id: 'string',
        Arn: 'string',
        RoleArn: 'string',
        Input: 'string',
        InputPath: 'string',
        InputTransformer: { InputPathsMap: { '*': 'string' }, InputTemplate: 'string' },
        DeadLetterConfig: { Arn: 'string' },
        RetryPolicy: { MaximumRetryAttempts: 'number', MaximumEventAgeInSeconds: 'number' },
      },
    ],
    Tags: tagsShape,
  },
  required: [],
  replacing: ['Name', 'EventBusName'],
  attributes: ['Arn'],
  create: (properties, scope) => put(properties.Name ?? scope.generateName(64), properties, [], scope),
  update: (physicalId, properties, previous, scope) => {
    const kept = new Set((properties.Targets ?? []).map(({ Id }) => Id));
    const stale = (previous.Targets ?? []).flatMap(({ Id }) =>
      Id === undefined || kept.has(Id) ? [] : [Id],
    );
    return put(ruleName(physicalId).Name, properties, stale, scope);
  },
  delete: async (physicalId, _, scope) => {
    const { events } = scope.peers;
    const { Name, ...bus } = ruleName(physicalId);
    const { Targets = [] } = await events.ListTargetsByRule({ Rule: Name, ...bus }, scope.call);
    const Ids = Targets.flatMap(({ Id }) => (Id === undefined ? [] : [Id]));
    if (Ids.length > 0) await events.RemoveTargets({ Rule: Name, ...bus, Ids }, scope.call);
    await events.DeleteRule({ Name, ...bus }, scope.call);
  },
});
