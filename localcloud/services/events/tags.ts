import type * as EventBridge from '@aws-sdk/client-eventbridge';
import type { EventsDeps } from './deps.ts';
import { resourceNotFound } from './errors.ts';

interface Tagged {
  readonly tags: Readonly<Record<string, string>>;
  readonly save: (tags: Readonly<Record<string, string>>) => void;
}

const find = ({ events }: EventsDeps, arn: string): Tagged => {
  for (const bus of events.buses()) {
    if (bus.arn === arn) return { tags: bus.tags, save: (tags) => events.putBus({ ...bus, tags }) };
    const rule = events.rules(bus.name).find(({ record }) => record.arn === arn)?.record;
    if (rule !== undefined) return { tags: rule.tags, save: (tags) => events.putRule({ ...rule, tags }) };
  }
  throw resourceNotFound(arn);
};

/** TagResource. */
export const tagResource = (deps: EventsDeps, input: EventBridge.TagResourceRequest): object => {
  const { tags, save } = find(deps, input.ResourceARN ?? '');
  save({
    ...tags,
    ...Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  });
  return {};
};

/** UntagResource. */
export const untagResource = (deps: EventsDeps, input: EventBridge.UntagResourceRequest): object => {
  const { tags, save } = find(deps, input.ResourceARN ?? '');
  save(Object.fromEntries(Object.entries(tags).filter(([key]) => !input.TagKeys?.includes(key))));
  return {};
};

/** ListTagsForResource. */
export const listTagsForResource = (
  deps: EventsDeps,
  input: EventBridge.ListTagsForResourceRequest,
): EventBridge.ListTagsForResourceResponse => ({
  Tags: Object.entries(find(deps, input.ResourceARN ?? '').tags).map(([Key, Value]) => ({ Key, Value })),
});
