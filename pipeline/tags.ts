import type { Release } from './model.ts';

/**
 * Keys of the tags that every resource carries from the call that creates it. Instances read theirs from the metadata
 * service, whose tag keys allow letters, digits and `+ - = . , _ : @` only.
 */
export const TAG = {
  stack: 'kiln:stack',
  app: 'kiln:app',
  environment: 'kiln:env',
  release: 'kiln:release',
  releaseId: 'kiln:release-id',
  digest: 'kiln:digest',
  purpose: 'kiln:purpose',
  /** Why Kiln ends the machine: put on it before it is ended. */
  ending: 'kiln:ending',
  /** Uptime in seconds until which a machine's own timer leaves it alone: it is not replaced although it is due. */
  keep: 'kiln:keep',
  /** The same value again where the machine should be no more by then: the circuit breaker does not take it for an age. */
  keepInDoubt: 'kiln:keep-in-doubt',
} as const;

/** Key of the tag that Auto Scaling puts on the machines of a group: its name. */
export const GROUP_TAG = 'aws:autoscaling:groupName';

/** A tag in EC2's form. */
export interface ResourceTag {
  readonly Key: string;
  readonly Value: string;
}

/** Who owns a resource and what it was made for. */
export const tagsFor = (
  stack: string,
  release: Pick<Release, 'app' | 'version' | 'releaseId'>,
  more: Readonly<Record<string, string>> = {},
): ResourceTag[] =>
  Object.entries({
    Name: `${release.app}-${release.version}`,
    [TAG.stack]: stack,
    [TAG.app]: release.app,
    [TAG.release]: release.version,
    [TAG.releaseId]: release.releaseId,
    ...more,
  }).map(([Key, Value]) => ({ Key, Value }));
