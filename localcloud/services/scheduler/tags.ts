import type * as Scheduler from '@aws-sdk/client-scheduler';
import type { SchedulerDeps } from './deps.ts';
import { resourceNotFound } from './errors.ts';
import type { GroupRecord } from './model.ts';

/** Tags as stored. */
export const tagMap = (tags: readonly Scheduler.Tag[] = []): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));

// Only groups have tags.
const find = ({ store }: SchedulerDeps, arn = ''): GroupRecord => {
  const found = store.groups().find((group) => group.arn === arn);
  if (found === undefined) throw resourceNotFound(arn);
  return found;
};

/** TagResource. */
export const tagResource = (deps: SchedulerDeps, input: Scheduler.TagResourceInput): object => {
  const group = find(deps, input.ResourceArn);
  deps.store.putGroup({ ...group, tags: { ...group.tags, ...tagMap(input.Tags) } });
  return {};
};

/** UntagResource. */
export const untagResource = (deps: SchedulerDeps, input: Scheduler.UntagResourceInput): object => {
  const group = find(deps, input.ResourceArn);
  const kept = Object.entries(group.tags).filter(([key]) => !input.TagKeys?.includes(key));
  deps.store.putGroup({ ...group, tags: Object.fromEntries(kept) });
  return {};
};

/** ListTagsForResource. */
export const listTagsForResource = (
  deps: SchedulerDeps,
  input: Scheduler.ListTagsForResourceInput,
): Scheduler.ListTagsForResourceOutput => ({
  Tags: Object.entries(find(deps, input.ResourceArn).tags).map(([Key, Value]) => ({ Key, Value })),
});
