import type * as SFN from '@aws-sdk/client-sfn';
import type { StatesDeps } from './deps.ts';
import { resourceNotFound } from './errors.ts';
import type { StateMachineRecord } from './state-machine-store.ts';

const require = ({ machines }: StatesDeps, arn: string): StateMachineRecord => {
  const record = machines.machines.get(arn);
  if (record === undefined) throw resourceNotFound(arn);
  return record;
};

/** TagResource. */
export const tagResource = (deps: StatesDeps, input: SFN.TagResourceInput): SFN.TagResourceOutput => {
  const record = require(deps, input.resourceArn ?? '');
  const added = Object.fromEntries((input.tags ?? []).map(({ key = '', value = '' }) => [key, value]));
  deps.machines.machines.put(record.arn, { ...record, tags: { ...record.tags, ...added } });
  return {};
};

/** UntagResource. */
export const untagResource = (deps: StatesDeps, input: SFN.UntagResourceInput): SFN.UntagResourceOutput => {
  const record = require(deps, input.resourceArn ?? '');
  const kept = Object.entries(record.tags).filter(([key]) => !input.tagKeys?.includes(key));
  deps.machines.machines.put(record.arn, { ...record, tags: Object.fromEntries(kept) });
  return {};
};

/** ListTagsForResource. */
export const listTagsForResource = (
  deps: StatesDeps,
  input: SFN.ListTagsForResourceInput,
): SFN.ListTagsForResourceOutput => {
  const record = require(deps, input.resourceArn ?? '');
  return { tags: Object.entries(record.tags).map(([key, value]) => ({ key, value })) };
};
