import type {
  AddTagsCommandInput,
  DescribeTagsCommandInput,
  DescribeTagsCommandOutput,
  RemoveTagsCommandInput,
  Tag,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../errors.ts';
import type { Collection } from '../../store.ts';
import {
  listenerNotFound,
  loadBalancerNotFound,
  ruleNotFound,
  targetGroupNotFound,
  tooMany,
} from './errors.ts';
import type { ElbRecords, TaggedRecord } from './records.ts';
import type { ElbScope } from './scope.ts';

type Out<T> = Omit<T, '$metadata'>;

const MAX_TAGS = 50;

/** Checks tags of a create call. */
export const checkTags = (tags: readonly Tag[] | undefined): Tag[] => {
  const keys = (tags ?? []).map(({ Key }) => Key ?? '');
  if (new Set(keys).size !== keys.length)
    throw new AwsError('DuplicateTagKeys', 'One or more tag keys are specified more than once');
  if (keys.length > MAX_TAGS) throw tooMany('Tags', MAX_TAGS);
  return [...(tags ?? [])];
};

interface Tagged {
  readonly get: (arn: string) => TaggedRecord | undefined;
  readonly putTags: (arn: string, tags: readonly Tag[]) => void;
  readonly missing: AwsError;
}

const tagged = <T extends TaggedRecord>(collection: Collection<T>, missing: AwsError): Tagged => ({
  get: (arn) => collection.get(arn),
  putTags: (arn, tags) => {
    const record = collection.get(arn);
    if (record === undefined) throw missing;
    collection.put(arn, { ...record, tags });
  },
  missing,
});

const kindOf = (records: ElbRecords, arn: string): Tagged => {
  const kind = arn.split(':')[5]?.split('/')[0];
  if (kind === 'targetgroup') return tagged(records.targetGroups, targetGroupNotFound(arn));
  if (kind === 'listener') return tagged(records.listeners, listenerNotFound(arn));
  if (kind === 'listener-rule') return tagged(records.rules, ruleNotFound(arn));
  return tagged(records.loadBalancers, loadBalancerNotFound(arn));
};

const change = (
  { records, context }: ElbScope,
  arns: readonly string[],
  update: (tags: readonly Tag[]) => Tag[],
): void => {
  context.store.transaction(() => {
    for (const arn of arns) {
      const kind = kindOf(records, arn);
      kind.putTags(arn, checkTags(update(kind.get(arn)?.tags ?? [])));
    }
  });
};

/** Adds tags; a key that is there gets the new value. */
export const addTags = (scope: ElbScope, input: AddTagsCommandInput): Record<string, never> => {
  const added = checkTags(input.Tags);
  change(scope, input.ResourceArns ?? [], (tags) => [
    ...tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key)),
    ...added,
  ]);
  return {};
};

/** Removes tags; keys that are not there are ignored. */
export const removeTags = (scope: ElbScope, input: RemoveTagsCommandInput): Record<string, never> => {
  const removed = new Set(input.TagKeys);
  change(scope, input.ResourceArns ?? [], (tags) => tags.filter(({ Key }) => !removed.has(Key ?? '')));
  return {};
};

/** Lists the tags of resources. */
export const describeTags = (
  { records }: ElbScope,
  input: DescribeTagsCommandInput,
): Out<DescribeTagsCommandOutput> => ({
  TagDescriptions: (input.ResourceArns ?? []).map((arn) => {
    const kind = kindOf(records, arn);
    const record = kind.get(arn);
    if (record === undefined) throw kind.missing;
    return { ResourceArn: arn, Tags: [...record.tags] };
  }),
});
