import * as CloudWatch from '@aws-sdk/client-cloudwatch';
import type { CloudContext } from '../../cloud-context.ts';
import { defineService } from '../../service.ts';
import type { Service } from '../../service.ts';
import { createAlarmEvaluator } from './alarm-evaluator.ts';
import { alarmArn, openAlarms } from './alarm-record.ts';
import {
  deleteAlarms,
  describeAlarms,
  describeAlarmsForMetric,
  setActionsEnabled,
  setAlarmState,
} from './alarms.ts';
import { getMetricData } from './get-metric-data.ts';
import { getMetricStatistics } from './get-metric-statistics.ts';
import { listMetrics } from './list-metrics.ts';
import { openMetricStore } from './metric-store.ts';
import { putMetricAlarm } from './put-metric-alarm.ts';
import { putMetricData } from './put-metric-data.ts';
import type { CloudWatchScope } from './scope.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';
import { createUpkeep } from './upkeep.ts';

/** CloudWatch: metrics of the last three hours, and metric alarms over them. */
export const createCloudWatch = (context: CloudContext): Service => {
  const scope: CloudWatchScope = {
    context,
    metrics: openMetricStore(context.store, context.clock),
    alarms: openAlarms(context.store),
  };
  const evaluator = createAlarmEvaluator(scope);
  const ofAlarm = (input: { AlarmName?: string | undefined }): string[] => [
    alarmArn(context, input.AlarmName ?? ''),
  ];
  const ofAlarms = (input: { AlarmNames?: string[] | undefined }): string[] =>
    (input.AlarmNames ?? []).map((name) => alarmArn(context, name));
  const tagged = (input: { ResourceARN?: string | undefined }): string[] => [input.ResourceARN ?? ''];
  return defineService(CloudWatch, {
    name: 'cloudwatch',
    signingName: 'monitoring',
    protocol: 'json-1.0',
    otherProtocols: ['query'],
    target: 'GraniteServiceVersion20100801',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    version: '2010-08-01',
  })(
    {
      DeleteAlarms: (input) => deleteAlarms(scope, input),
      DescribeAlarms: (input) => describeAlarms(scope, input),
      DescribeAlarmsForMetric: (input) => describeAlarmsForMetric(scope, input),
      DisableAlarmActions: (input) => setActionsEnabled(scope, input.AlarmNames, false),
      EnableAlarmActions: (input) => setActionsEnabled(scope, input.AlarmNames, true),
      GetMetricData: (input) => getMetricData(scope, input),
      GetMetricStatistics: (input) => getMetricStatistics(scope, input),
      ListMetrics: (input) => listMetrics(scope, input),
      ListTagsForResource: (input) => listTagsForResource(scope, input),
      PutMetricAlarm: (input) => {
        evaluator.reconsider(putMetricAlarm(scope, input).name);
        return {};
      },
      PutMetricData: (input, call) => putMetricData(scope, input, call),
      SetAlarmState: (input) => setAlarmState(scope, input),
      TagResource: (input) => tagResource(scope, input),
      UntagResource: (input) => untagResource(scope, input),
    },
    {
      resources: {
        DeleteAlarms: ofAlarms,
        DisableAlarmActions: ofAlarms,
        EnableAlarmActions: ofAlarms,
        ListTagsForResource: tagged,
        PutMetricAlarm: ofAlarm,
        SetAlarmState: ofAlarm,
        TagResource: tagged,
        UntagResource: tagged,
      },
      lifecycle: createUpkeep(scope, evaluator),
    },
  );
};
