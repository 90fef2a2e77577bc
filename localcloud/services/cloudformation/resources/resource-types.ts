import type { ResourceType } from '../resource-type.ts';
import { cloudWatchAlarm } from './cloudwatch-alarm.ts';
import { ec2SecurityGroup } from './ec2-security-group.ts';
import { elbv2ListenerRule } from './elbv2-listener-rule.ts';
import { elbv2Listener } from './elbv2-listener.ts';
import { elbv2LoadBalancer } from './elbv2-load-balancer.ts';
import { elbv2TargetGroup } from './elbv2-target-group.ts';
import { eventsEventBus } from './events-event-bus.ts';
import { eventsRule } from './events-rule.ts';
import { iamInstanceProfile } from './iam-instance-profile.ts';
import { iamPolicy } from './iam-policy.ts';
import { iamRole } from './iam-role.ts';
import { lambdaEventInvokeConfig } from './lambda-event-invoke-config.ts';
import { lambdaFunction } from './lambda-function.ts';
import { lambdaPermission } from './lambda-permission.ts';
import { lambdaUrl } from './lambda-url.ts';
import { lambdaVersion } from './lambda-version.ts';
import { logsLogGroup } from './logs-log-group.ts';
import { s3BucketPolicy } from './s3-bucket-policy.ts';
import { s3Bucket } from './s3-bucket.ts';
import { schedulerScheduleGroup } from './scheduler-schedule-group.ts';
import { schedulerSchedule } from './scheduler-schedule.ts';
import { sqsQueuePolicy } from './sqs-queue-policy.ts';
import { sqsQueue } from './sqs-queue.ts';
import { ssmParameter } from './ssm-parameter.ts';
import { stepFunctionsStateMachine } from './step-functions-state-machine.ts';

const known: readonly ResourceType[] = [
  cloudWatchAlarm,
  ec2SecurityGroup,
  elbv2Listener,
  elbv2ListenerRule,
  elbv2LoadBalancer,
  elbv2TargetGroup,
  eventsEventBus,
  eventsRule,
  iamInstanceProfile,
  iamPolicy,
  iamRole,
  lambdaEventInvokeConfig,
  lambdaFunction,
  lambdaPermission,
  lambdaUrl,
  lambdaVersion,
  logsLogGroup,
  s3Bucket,
  s3BucketPolicy,
  schedulerSchedule,
  schedulerScheduleGroup,
  sqsQueue,
  sqsQueuePolicy,
  ssmParameter,
  stepFunctionsStateMachine,
];

/** The resource types that the local cloud can make, by name. */
export const resourceTypes: ReadonlyMap<string, ResourceType> = new Map(
  known.map((type) => [type.type, type]),
);
