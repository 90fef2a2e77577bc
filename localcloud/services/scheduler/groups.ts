import type * as Scheduler from '@aws-sdk/client-scheduler';
import type { SchedulerDeps } from './deps.ts';
import { groupExists, validationException } from './errors.ts';
import type { GroupRecord } from './model.ts';
import { page } from '../../page.ts';
import { groupArn } from './schedule-store.ts';
import { tagMap } from './tags.ts';

const present = ({ name, arn, createdAt, changedAt }: GroupRecord) => ({
  Arn: arn,
  Name: name,
  State: 'ACTIVE' as const,
  CreationDate: new Date(createdAt),
  LastModificationDate: new Date(changedAt),
});

/** CreateScheduleGroup. */
export const createScheduleGroup = (
  { context, store }: SchedulerDeps,
  { Name: name = '', Tags, ClientToken: clientToken }: Scheduler.CreateScheduleGroupInput,
): Scheduler.CreateScheduleGroupOutput => {
  if (!/^[\w.-]{1,64}$/.test(name)) throw validationException(`Schedule group name '${name}' is not valid.`);
  const known = store.findGroup(name);
  const repeated = clientToken !== undefined && known?.clientToken === clientToken;
  if (known !== undefined && !repeated) throw groupExists(name);
  const now = context.clock.now();
  const arn = groupArn(context, name);
  if (known === undefined) {
    store.putGroup({
      name,
      arn,
      createdAt: now,
      changedAt: now,
      tags: tagMap(Tags),
      ...(clientToken === undefined ? {} : { clientToken }),
    });
  }
  return { ScheduleGroupArn: arn };
};

/** GetScheduleGroup. */
export const getScheduleGroup = (
  { store }: SchedulerDeps,
  { Name }: Scheduler.GetScheduleGroupInput,
): Scheduler.GetScheduleGroupOutput => present(store.requireGroup(Name ?? ''));

/** DeleteScheduleGroup: its schedules go with it. AWS takes a while, here both are gone on return. */
export const deleteScheduleGroup = (
  { context, store }: SchedulerDeps,
  { Name }: Scheduler.DeleteScheduleGroupInput,
): Scheduler.DeleteScheduleGroupOutput => {
  const { name } = store.requireGroup(Name ?? '');
  if (name === 'default') throw validationException('Cannot delete the default schedule group.');
  context.store.transaction(() => {
    for (const schedule of store.schedules()) {
      if (schedule.group === name) store.delete(name, schedule.name);
    }
    store.deleteGroup(name);
  });
  return {};
};

/** ListScheduleGroups. */
export const listScheduleGroups = (
  { store }: SchedulerDeps,
  { NamePrefix = '', NextToken, MaxResults }: Scheduler.ListScheduleGroupsInput,
): Scheduler.ListScheduleGroupsOutput => {
  const matching = store.groups().filter(({ name }) => name.startsWith(NamePrefix));
  const { items, nextToken } = page(matching, NextToken, MaxResults);
  return {
    ScheduleGroups: items.map(present),
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  };
};
