import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { findGroup, type LogsDeps } from './groups.ts';

/** Adds tags to a log group. */
export const tagResource = (deps: LogsDeps, input: TagResourceCommandInput): Record<string, never> => {
  const group = findGroup(deps, input.resourceArn);
  const tags = { ...(JSON.parse(group.tags) as Record<string, string>), ...input.tags };
  deps.logs.putGroup({ ...group, tags: JSON.stringify(tags) });
  return {};
};

/** Removes tags from a log group. */
export const untagResource = (deps: LogsDeps, input: UntagResourceCommandInput): Record<string, never> => {
  const group = findGroup(deps, input.resourceArn);
  const kept = Object.entries(JSON.parse(group.tags) as Record<string, string>).filter(
    ([key]) => input.tagKeys?.includes(key) !== true,
  );
  deps.logs.putGroup({ ...group, tags: JSON.stringify(Object.fromEntries(kept)) });
  return {};
};

/** The tags of a log group. */
export const listTagsForResource = (
  deps: LogsDeps,
  input: ListTagsForResourceCommandInput,
): Omit<ListTagsForResourceCommandOutput, '$metadata'> => ({
  tags: JSON.parse(findGroup(deps, input.resourceArn).tags) as Record<string, string>,
});
