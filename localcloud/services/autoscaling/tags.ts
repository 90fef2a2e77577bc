import type {
  CreateOrUpdateTagsCommandInput,
  DeleteTagsCommandInput,
  DescribeTagsCommandInput,
  DescribeTagsCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import { unsupported } from './errors.ts';
import { checkTags } from './group-settings.ts';
import { pageOf } from './pages.ts';
import { presentTags } from './present.ts';
import { findGroup } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';

type Nothing = Record<string, never>;

/** Adds tags to groups or changes them; instances that run already keep theirs. */
export const createOrUpdateTags = (
  scope: AutoScalingScope,
  input: CreateOrUpdateTagsCommandInput,
): Nothing => {
  scope.context.store.transaction(() => {
    for (const tag of input.Tags ?? []) {
      const group = findGroup(scope, tag.ResourceId);
      const added = checkTags([tag]);
      const kept = group.tags.filter(({ key }) => key !== tag.Key);
      scope.records.changeGroup(group.name, { tags: [...kept, ...added] });
    }
  });
  return {};
};

/** Removes tags from groups. */
export const deleteTags = (scope: AutoScalingScope, input: DeleteTagsCommandInput): Nothing => {
  scope.context.store.transaction(() => {
    for (const tag of input.Tags ?? []) {
      const group = findGroup(scope, tag.ResourceId);
      scope.records.changeGroup(group.name, { tags: group.tags.filter(({ key }) => key !== tag.Key) });
    }
  });
  return {};
};

/** Lists the tags of all groups, filtered by `auto-scaling-group`, `key`, `value` or `propagate-at-launch`. */
export const describeTags = (
  { records }: AutoScalingScope,
  input: DescribeTagsCommandInput,
): Omit<DescribeTagsCommandOutput, '$metadata'> => {
  const all = records.groups.list().flatMap(presentTags);
  const wanted = (input.Filters ?? []).reduce((tags, { Name = '', Values = [] }) => {
    switch (Name) {
      case 'auto-scaling-group':
        return tags.filter(({ ResourceId }) => Values.includes(ResourceId ?? ''));
      case 'key':
        return tags.filter(({ Key }) => Values.includes(Key ?? ''));
      case 'value':
        return tags.filter(({ Value }) => Values.includes(Value ?? ''));
      case 'propagate-at-launch':
        return tags.filter(({ PropagateAtLaunch }) => Values.includes(String(PropagateAtLaunch)));
      default:
        throw unsupported(`Filters ${Name}`);
    }
  }, all);
  const { items, ...page } = pageOf(wanted, input);
  return { Tags: items, ...page };
};
