import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { Shape } from '../property-shape.ts';
import { tagsShape } from '../property-shape.ts';
import type { MadeResource, ResourceScope, Tag } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

type Alarm = Partial<Omit<PutMetricAlarmInput, 'Tags'>> & {
  readonly Tags?: readonly Tag[];
};

const dimensions: Shape = [{ Name: 'string', Value: 'string' }];

const metrics: Shape = [
  {
    Id: 'string',
    Expression: 'string',
    Label: 'string',
    Period: 'number',
    ReturnData: 'boolean',
    MetricStat: {
      Metric: { Namespace: 'string', MetricName: 'string', Dimensions: dimensions },
      Period: 'number',
      Stat: 'string',
      Unit: 'string',
    },
  },
];

const put = async (AlarmName: string, properties: Alarm, scope: ResourceScope): Promise<MadeResource> => {
  const { peers, call, context } = scope;
  const arn = `arn:aws:cloudwatch:${context.region}:${context.accountId}:alarm:${AlarmName}`;
  const { ComparisonOperator, EvaluationPeriods } = properties;
  const Tags = scope.tags(properties.Tags);
  await peers.cloudwatch.PutMetricAlarm(
    { ...properties, ComparisonOperator, EvaluationPeriods, AlarmName, Tags },
    call,
  );
  scope.started(AlarmName);
  return { physicalId: AlarmName, attributes: { Arn: arn } };
};

/** `AWS::CloudWatch::Alarm` */
export const cloudWatchAlarm = resourceType<Alarm>({
  type: 'AWS::CloudWatch::Alarm',
  properties: {
    ActionsEnabled: 'boolean',
    AlarmActions: ['string'],
    AlarmDescription: 'string',
    AlarmName: 'string',
    ComparisonOperator: 'string',
    DatapointsToAlarm: 'number',
    Dimensions: dimensions,
    EvaluateLowSampleCountPercentile: 'string',
    EvaluationPeriods: 'number',
    ExtendedStatistic: 'string',
    InsufficientDataActions: ['string'],
    MetricName: 'string',
    Metrics: metrics,
    Namespace: 'string',
    OKActions: ['string'],
    Period: 'number',
    Statistic: 'string',
    Tags: tagsShape,
    Threshold: 'number',
    TreatMissingData: 'string',
    Unit: 'string',
  },
  required: ['ComparisonOperator', 'EvaluationPeriods'],
  replacing: ['AlarmName'],
  attributes: ['Arn'],
  create: (properties, scope) => put(properties.AlarmName ?? scope.generateName(255), properties, scope),
  update: async (physicalId, properties, previous, scope) => {
    const made = await put(physicalId, properties, scope);
    const ResourceARN = String(made.attributes?.['Arn']);
    const gone = (previous.Tags ?? []).map(({ Key }) => Key);
    if (gone.length > 0)
      await scope.peers.cloudwatch.UntagResource({ ResourceARN, TagKeys: gone }, scope.call);
    await scope.peers.cloudwatch.TagResource({ ResourceARN, Tags: scope.tags(properties.Tags) }, scope.call);
    return made;
  },
  delete: async (physicalId, _, scope) => {
    await scope.peers.cloudwatch.DeleteAlarms({ AlarmNames: [physicalId] }, scope.call);
  },
});
