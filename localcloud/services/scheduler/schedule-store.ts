import type { CloudContext } from '../../cloud-context.ts';
import { groupNotFound, scheduleNotFound } from './errors.ts';
import type { GroupRecord, ScheduleRecord } from './model.ts';

/** Schedules and groups; reads come from memory, writes go through to the store. */
export interface ScheduleStore {
  /** By group and name. */
  schedules(): readonly ScheduleRecord[];
  find(group: string, name: string): ScheduleRecord | undefined;
  /** Throws `ResourceNotFoundException`. */
  require(group: string, name: string): ScheduleRecord;
  put(schedule: ScheduleRecord): void;
  delete(group: string, name: string): void;
  groups(): readonly GroupRecord[];
  findGroup(name: string): GroupRecord | undefined;
  /** Throws `ResourceNotFoundException`. */
  requireGroup(name: string): GroupRecord;
  putGroup(group: GroupRecord): void;
  deleteGroup(name: string): void;
}

/** `arn:aws:scheduler:<region>:<account>:schedule/<group>/<name>`. */
export const scheduleArn = (
  { region, accountId }: Pick<CloudContext, 'region' | 'accountId'>,
  group: string,
  name: string,
): string => `arn:aws:scheduler:${region}:${accountId}:schedule/${group}/${name}`;

/** `arn:aws:scheduler:<region>:<account>:schedule-group/<name>`. */
export const groupArn = (
  { region, accountId }: Pick<CloudContext, 'region' | 'accountId'>,
  name: string,
): string => `arn:aws:scheduler:${region}:${accountId}:schedule-group/${name}`;

const keyOf = (group: string, name: string): string => `${group}/${name}`;

const inOrder = <T>(records: ReadonlyMap<string, T>): T[] =>
  [...records].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, record]) => record);

/** Opens the store; the group `default` is always there. */
export const openScheduleStore = (context: CloudContext): ScheduleStore => {
  const scheduleDocuments = context.store.collection<ScheduleRecord>('scheduler.schedule');
  const groupDocuments = context.store.collection<GroupRecord>('scheduler.group');
  const schedules = new Map(scheduleDocuments.list().map((each) => [keyOf(each.group, each.name), each]));
  const groups = new Map(groupDocuments.list().map((each) => [each.name, each]));
  groups.set('default', {
    name: 'default',
    arn: groupArn(context, 'default'),
    createdAt: 0,
    changedAt: 0,
    tags: {},
    ...groups.get('default'),
  });
  return {
    schedules: () => inOrder(schedules),
    find: (group, name) => schedules.get(keyOf(group, name)),
    require: (group, name) => {
      const found = schedules.get(keyOf(group, name));
      if (found === undefined) throw scheduleNotFound(name);
      return found;
    },
    put: (schedule) => {
      const key = keyOf(schedule.group, schedule.name);
      scheduleDocuments.put(key, schedule);
      schedules.set(key, schedule);
    },
    delete: (group, name) => {
      scheduleDocuments.delete(keyOf(group, name));
      schedules.delete(keyOf(group, name));
    },
    groups: () => inOrder(groups),
    findGroup: (name) => groups.get(name),
    requireGroup: (name) => {
      const found = groups.get(name);
      if (found === undefined) throw groupNotFound(name);
      return found;
    },
    putGroup: (group) => {
      groupDocuments.put(group.name, group);
      groups.set(group.name, group);
    },
    deleteGroup: (name) => {
      groupDocuments.delete(name);
      groups.delete(name);
    },
  };
};
