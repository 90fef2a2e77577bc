import type * as Scheduler from '@aws-sdk/client-scheduler';
import type { SchedulerDeps } from './deps.ts';
import { checkSchedule, checkTrust } from './check-schedule.ts';
import { scheduleExists } from './errors.ts';
import type { ScheduleRecord } from './model.ts';
import { firstRun, nextRun } from './occurrences.ts';
import { page } from '../../page.ts';
import { scheduleArn } from './schedule-store.ts';

type ScheduleInput = Omit<Scheduler.CreateScheduleInput, 'ClientToken'>;

const isSameTiming = (left: ScheduleRecord, right: ScheduleRecord): boolean =>
  left.expression === right.expression &&
  left.startAt === right.startAt &&
  left.ScheduleExpressionTimezone === right.ScheduleExpressionTimezone;

const recordOf = (
  { context }: SchedulerDeps,
  input: ScheduleInput,
  known?: ScheduleRecord,
): ScheduleRecord => {
  const { Name: name = '', GroupName: group = 'default', StartDate, EndDate, Description } = input;
  const { ScheduleExpressionTimezone, KmsKeyArn } = input;
  const now = context.clock.now();
  const { nextAt: _, ...record }: ScheduleRecord = {
    name,
    group,
    arn: scheduleArn(context, group, name),
    expression: input.ScheduleExpression ?? '',
    state: input.State ?? 'ENABLED',
    windowMinutes: input.FlexibleTimeWindow?.MaximumWindowInMinutes ?? 0,
    target: input.Target ?? { Arn: undefined, RoleArn: undefined },
    deleteWhenDone: input.ActionAfterCompletion === 'DELETE',
    anchoredAt: StartDate?.getTime() ?? now,
    createdAt: known?.createdAt ?? now,
    changedAt: now,
    ...(StartDate === undefined ? {} : { startAt: StartDate.getTime() }),
    ...(EndDate === undefined ? {} : { endAt: EndDate.getTime() }),
    ...(Description === undefined ? {} : { Description }),
    ...(ScheduleExpressionTimezone === undefined ? {} : { ScheduleExpressionTimezone }),
    ...(KmsKeyArn === undefined ? {} : { KmsKeyArn }),
  };
  const isKnownTiming = known !== undefined && isSameTiming(known, record);
  // When something else is changed a rate goes on counting as before, and what has run does not run again.
  const anchored = isKnownTiming ? { ...record, anchoredAt: known.anchoredAt } : record;
  const nextAt = isKnownTiming ? nextRun(anchored, now) : firstRun(anchored, now);
  return nextAt === undefined || anchored.state === 'DISABLED' ? anchored : { ...anchored, nextAt };
};

/** CreateSchedule. */
export const createSchedule = async (
  deps: SchedulerDeps,
  { ClientToken: clientToken, ...input }: Scheduler.CreateScheduleInput,
): Promise<Scheduler.CreateScheduleOutput> => {
  const { context, store, planner } = deps;
  checkSchedule(input);
  const { Name: name = '', GroupName: group = 'default' } = input;
  store.requireGroup(group);
  await checkTrust(context, input.Target?.RoleArn ?? '');
  const known = store.find(group, name);
  if (known !== undefined) {
    if (clientToken === undefined || known.clientToken !== clientToken) throw scheduleExists(name);
    return { ScheduleArn: known.arn };
  }
  const record = recordOf(deps, input);
  store.put({ ...record, ...(clientToken === undefined ? {} : { clientToken }) });
  planner.wake();
  return { ScheduleArn: record.arn };
};

/** UpdateSchedule: what is not given goes back to its default. */
export const updateSchedule = async (
  deps: SchedulerDeps,
  input: Scheduler.UpdateScheduleInput,
): Promise<Scheduler.UpdateScheduleOutput> => {
  const { context, store, planner } = deps;
  checkSchedule(input);
  const { Name: name = '', GroupName: group = 'default' } = input;
  store.require(group, name);
  await checkTrust(context, input.Target?.RoleArn ?? '');
  const known = store.require(group, name);
  const record = recordOf(deps, input, known);
  store.put({ ...record, ...(known.clientToken === undefined ? {} : { clientToken: known.clientToken }) });
  planner.wake();
  return { ScheduleArn: record.arn };
};

/** DeleteSchedule: a run that is on its way goes on. */
export const deleteSchedule = (
  { store }: SchedulerDeps,
  { Name = '', GroupName = 'default' }: Scheduler.DeleteScheduleInput,
): Scheduler.DeleteScheduleOutput => {
  store.require(GroupName, Name);
  store.delete(GroupName, Name);
  return {};
};

/** GetSchedule. */
export const getSchedule = (
  { store }: SchedulerDeps,
  { Name = '', GroupName = 'default' }: Scheduler.GetScheduleInput,
): Scheduler.GetScheduleOutput => {
  const record = store.require(GroupName, Name);
  const { windowMinutes, startAt, endAt, Description, KmsKeyArn, target } = record;
  return {
    Arn: record.arn,
    Name: record.name,
    GroupName: record.group,
    State: record.state,
    ScheduleExpression: record.expression,
    ScheduleExpressionTimezone: record.ScheduleExpressionTimezone ?? 'UTC',
    FlexibleTimeWindow:
      windowMinutes === 0 ? { Mode: 'OFF' } : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: windowMinutes },
    // AWS writes the retry policy out.
    Target: {
      ...target,
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185, ...target.RetryPolicy },
    },
    ActionAfterCompletion: record.deleteWhenDone ? 'DELETE' : 'NONE',
    CreationDate: new Date(record.createdAt),
    LastModificationDate: new Date(record.changedAt),
    ...(startAt === undefined ? {} : { StartDate: new Date(startAt) }),
    ...(endAt === undefined ? {} : { EndDate: new Date(endAt) }),
    ...(Description === undefined ? {} : { Description }),
    ...(KmsKeyArn === undefined ? {} : { KmsKeyArn }),
  };
};

/** ListSchedules: of all groups unless one is named. */
export const listSchedules = (
  { store }: SchedulerDeps,
  { GroupName, NamePrefix = '', State, NextToken, MaxResults }: Scheduler.ListSchedulesInput,
): Scheduler.ListSchedulesOutput => {
  if (GroupName !== undefined) store.requireGroup(GroupName);
  const matching = store
    .schedules()
    .filter(
      ({ name, group, state }) =>
        name.startsWith(NamePrefix) &&
        (GroupName === undefined || group === GroupName) &&
        (State === undefined || state === State),
    );
  const { items, nextToken } = page(matching, NextToken, MaxResults);
  return {
    Schedules: items.map((record) => ({
      Arn: record.arn,
      Name: record.name,
      GroupName: record.group,
      State: record.state,
      CreationDate: new Date(record.createdAt),
      LastModificationDate: new Date(record.changedAt),
      Target: { Arn: record.target.Arn },
    })),
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  };
};
