import type {
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-cloudwatch';
import type { AlarmRecord } from './alarm-record.ts';
import { resourceNotFound } from './errors.ts';
import type { CloudWatchScope } from './scope.ts';

type Scope = Pick<CloudWatchScope, 'alarms'>;

const find = ({ alarms }: Scope, arn: string | undefined): AlarmRecord => {
  const record = alarms.get((arn ?? '').split(':').slice(6).join(':'));
  if (record === undefined || record.arn !== arn) throw resourceNotFound(arn ?? '');
  return record;
};

/** TagResource: alarms only. */
export const tagResource = (scope: Scope, input: TagResourceInput): Record<string, never> => {
  const record = find(scope, input.ResourceARN);
  const added = Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  scope.alarms.put(record.name, { ...record, tags: { ...record.tags, ...added } });
  return {};
};

/** UntagResource */
export const untagResource = (scope: Scope, input: UntagResourceInput): Record<string, never> => {
  const record = find(scope, input.ResourceARN);
  const kept = Object.entries(record.tags).filter(([key]) => input.TagKeys?.includes(key) !== true);
  scope.alarms.put(record.name, { ...record, tags: Object.fromEntries(kept) });
  return {};
};

/** ListTagsForResource */
export const listTagsForResource = (
  scope: Scope,
  input: ListTagsForResourceInput,
): ListTagsForResourceOutput => ({
  Tags: Object.entries(find(scope, input.ResourceARN).tags).map(([Key, Value]) => ({ Key, Value })),
});
