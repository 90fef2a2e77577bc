import type {
  CreateScheduleInput,
  FlexibleTimeWindow,
  ScheduleState,
  Target,
} from '@aws-sdk/client-scheduler';
import type { MadeResource } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

interface Schedule {
  readonly Name?: string;
  readonly GroupName?: string;
  readonly Description?: string;
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone?: string;
  readonly StartDate?: string;
  readonly EndDate?: string;
  readonly State?: ScheduleState;
  readonly FlexibleTimeWindow: FlexibleTimeWindow;
  readonly KmsKeyArn?: string;
  readonly Target: Target;
}

const inputOf = (Name: string, { StartDate, EndDate, ...rest }: Schedule): CreateScheduleInput => ({
  ...rest,
  Name,
  ...(StartDate === undefined ? {} : { StartDate: new Date(StartDate) }),
  ...(EndDate === undefined ? {} : { EndDate: new Date(EndDate) }),
});

const made = (physicalId: string, Arn: string | undefined): MadeResource => ({
  physicalId,
  attributes: { Arn },
});

const groupOf = ({ GroupName }: Schedule): { GroupName?: string } =>
  GroupName === undefined ? {} : { GroupName };

/** `AWS::Scheduler::Schedule` */
export const schedulerSchedule = resourceType<Schedule>({
  type: 'AWS::Scheduler::Schedule',
  properties: {
    Name: 'string',
    GroupName: 'string',
    Description: 'string',
    ScheduleExpression: 'string',
    ScheduleExpressionTimezone: 'string',
    StartDate: 'string',
    EndDate: 'string',
    State: 'string',
    FlexibleTimeWindow: { Mode: 'string', MaximumWindowInMinutes: 'number' },
    KmsKeyArn: 'string',
    Target: {
      Arn: 'string',
      RoleArn: 'string',
      Input: 'string',
      DeadLetterConfig: { Arn: 'string' },
      RetryPolicy: { MaximumEventAgeInSeconds: 'number', MaximumRetryAttempts: 'number' },
      EventBridgeParameters: { DetailType: 'string', Source: 'string' },
    },
  },
  required: ['FlexibleTimeWindow', 'ScheduleExpression', 'Target'],
  replacing: ['Name', 'GroupName'],
  attributes: ['Arn'],
  create: async (properties, scope) => {
    const name = properties.Name ?? scope.generateName(64);
    const { peers, call } = scope;
    const { ScheduleArn } = await peers.scheduler.CreateSchedule(inputOf(name, properties), call);
    return made(name, ScheduleArn);
  },
  update: async (name, properties, _, { peers, call }) => {
    const { ScheduleArn } = await peers.scheduler.UpdateSchedule(inputOf(name, properties), call);
    return made(name, ScheduleArn);
  },
  delete: async (Name, properties, { peers, call }) => {
    await peers.scheduler.DeleteSchedule({ Name, ...groupOf(properties) }, call);
  },
});
