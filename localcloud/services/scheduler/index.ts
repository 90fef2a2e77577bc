import * as Scheduler from '@aws-sdk/client-scheduler';
import type { CloudContext } from '../../cloud-context.ts';
import { defineService, type Service } from '../../service.ts';
import type { SchedulerDeps } from './deps.ts';
import * as groups from './groups.ts';
import { openInvocationQueue } from './invocation-queue.ts';
import { createPlanner } from './planner.ts';
import { groupArn, openScheduleStore, scheduleArn } from './schedule-store.ts';
import * as schedules from './schedules.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';

interface NamesSchedule {
  readonly Name?: string | undefined;
  readonly GroupName?: string | undefined;
}

/** EventBridge Scheduler: schedules that call their target as a role, once for each time. */
export const createScheduler = (context: CloudContext): Service => {
  const store = openScheduleStore(context);
  const invocations = openInvocationQueue(context, ({ group, schedule }) => {
    const record = store.find(group, schedule);
    const isDone = record?.state === 'ENABLED' && record.nextAt === undefined;
    if (record?.deleteWhenDone && isDone && !invocations.has(group, schedule)) store.delete(group, schedule);
  });
  const planner = createPlanner(context, store, invocations);
  const deps: SchedulerDeps = { context, store, planner };

  const ofSchedule = ({ Name = '', GroupName = 'default' }: NamesSchedule): string[] => [
    scheduleArn(context, GroupName, Name),
  ];
  const ofGroup = ({ Name = '' }: { readonly Name?: string | undefined }): string[] => [
    groupArn(context, Name),
  ];
  const tagged = ({ ResourceArn = '' }: { readonly ResourceArn?: string | undefined }): string[] => [
    ResourceArn,
  ];

  return defineService(Scheduler, {
    name: 'scheduler',
    signingName: 'scheduler',
    protocol: 'rest-json',
    version: '2021-06-30',
  })(
    {
      CreateSchedule: (input) => schedules.createSchedule(deps, input),
      GetSchedule: (input) => schedules.getSchedule(deps, input),
      UpdateSchedule: (input) => schedules.updateSchedule(deps, input),
      DeleteSchedule: (input) => schedules.deleteSchedule(deps, input),
      ListSchedules: (input) => schedules.listSchedules(deps, input),
      CreateScheduleGroup: (input) => groups.createScheduleGroup(deps, input),
      GetScheduleGroup: (input) => groups.getScheduleGroup(deps, input),
      DeleteScheduleGroup: (input) => groups.deleteScheduleGroup(deps, input),
      ListScheduleGroups: (input) => groups.listScheduleGroups(deps, input),
      TagResource: (input) => tagResource(deps, input),
      UntagResource: (input) => untagResource(deps, input),
      ListTagsForResource: (input) => listTagsForResource(deps, input),
    },
    {
      resources: {
        CreateSchedule: ofSchedule,
        GetSchedule: ofSchedule,
        UpdateSchedule: ofSchedule,
        DeleteSchedule: ofSchedule,
        CreateScheduleGroup: ofGroup,
        GetScheduleGroup: ofGroup,
        DeleteScheduleGroup: ofGroup,
        TagResource: tagged,
        UntagResource: tagged,
        ListTagsForResource: tagged,
      },
      lifecycle: {
        start: async () => {
          invocations.start();
          planner.start();
        },
        stop: async () => {
          await planner.stop();
          await invocations.stop();
        },
      },
    },
  );
};
