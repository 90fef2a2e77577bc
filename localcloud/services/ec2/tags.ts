import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  DescribeTagsResult,
  ResourceType,
  Tag,
  TagSpecification,
} from '@aws-sdk/client-ec2';
import type { Ec2State } from './deps.ts';
import { invalidParameter, missingParameter } from './errors.ts';
import { applyFilters } from './filters.ts';
import { pageOf } from './page.ts';

type Tags = Readonly<Record<string, string>>;

const MAX_TAGS = 50;

const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  i: 'instance',
  ami: 'image',
  snap: 'snapshot',
  vol: 'volume',
  lt: 'launch-template',
  sg: 'security-group',
  subnet: 'subnet',
  vpc: 'vpc',
  eni: 'network-interface',
};

const typeOf = (resourceId: string): ResourceType => {
  const type = RESOURCE_TYPES[resourceId.split('-')[0] ?? ''];
  if (type === undefined) {
    throw invalidParameter(`The ID '${resourceId}' is not valid`);
  }
  return type;
};

/** The tags of a resource; empty when it has none. */
export const tagsOf = (state: Ec2State, resourceId: string): Tags =>
  // A snapshot's tags are set by EBS when it is started, so they live with the snapshot.
  resourceId.startsWith('snap-')
    ? (state.snapshots.get(resourceId)?.tags ?? {})
    : (state.tags.get(resourceId)?.tags ?? {});

/** Tags as EC2 lists them. */
export const tagList = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

const write = (state: Ec2State, resourceId: string, tags: Tags): void => {
  if (Object.keys(tags).length > MAX_TAGS) {
    throw invalidParameter(`The resource '${resourceId}' would have more than ${MAX_TAGS} tags`);
  }
  if (resourceId.startsWith('snap-')) state.snapshots.update(resourceId, { tags });
  else if (Object.keys(tags).length === 0) state.tags.delete(resourceId);
  else state.tags.put(resourceId, { resourceId, tags });
};

const checked = (tags: readonly Tag[]): Tags =>
  Object.fromEntries(
    tags.map(({ Key, Value }) => {
      if (Key === undefined || Key === '') throw missingParameter('Tag.Key');
      if (Key.length > 127) throw invalidParameter(`The tag key '${Key}' is longer than 127 characters`);
      if ((Value ?? '').length > 255)
        throw invalidParameter(`The value of tag '${Key}' is longer than 255 characters`);
      if (
        Key.startsWith('aws:') &&
        !Key.startsWith('aws:autoscaling:') &&
        !Key.startsWith('aws:cloudformation:') &&
        !Key.startsWith('aws:ec2')
      ) {
        throw invalidParameter(`Tag keys starting with 'aws:' are reserved for internal use`);
      }
      return [Key, Value ?? ''];
    }),
  );

/** The tags that a request's `TagSpecifications` give to resources of one type. */
export const tagsFor = (specifications: readonly TagSpecification[] | undefined, type: ResourceType): Tags =>
  checked(
    (specifications ?? [])
      .filter(({ ResourceType }) => ResourceType === type)
      .flatMap(({ Tags }) => Tags ?? []),
  );

/** Sets tags of a resource beside those it has. */
export const addTags = (state: Ec2State, resourceId: string, tags: Tags): void => {
  if (Object.keys(tags).length > 0) write(state, resourceId, { ...tagsOf(state, resourceId), ...tags });
};

/** Forgets the tags of a resource that is gone. */
export const forgetTags = (state: Ec2State, resourceId: string): void => {
  state.tags.delete(resourceId);
};

const requireExisting = (state: Ec2State, resourceId: string): void => {
  const exists: Partial<Record<ResourceType, () => boolean>> = {
    instance: () => state.instances.get(resourceId) !== undefined,
    image: () => state.images.get(resourceId) !== undefined,
    snapshot: () => state.snapshots.get(resourceId) !== undefined,
    'launch-template': () => state.launchTemplates.get(resourceId) !== undefined,
    'security-group': () => state.securityGroups.get(resourceId) !== undefined,
  };
  if (exists[typeOf(resourceId)]?.() === false) {
    throw invalidParameter(`The ID '${resourceId}' does not exist`);
  }
};

/** Adds or overwrites tags, on all the resources or on none. */
export const createTags = (input: CreateTagsRequest, state: Ec2State): Record<string, never> => {
  const tags = checked(input.Tags ?? []);
  state.context.store.transaction(() => {
    for (const resourceId of input.Resources ?? []) {
      requireExisting(state, resourceId);
      addTags(state, resourceId, tags);
    }
  });
  return {};
};

/** Deletes tags: those named, only where a given value matches; without tags in the request all of them. */
export const deleteTags = (input: DeleteTagsRequest, state: Ec2State): Record<string, never> => {
  for (const resourceId of input.Resources ?? []) {
    const kept = Object.entries(tagsOf(state, resourceId)).filter(
      ([key, value]) =>
        input.Tags !== undefined &&
        !input.Tags.some(({ Key, Value }) => Key === key && (Value === undefined || Value === value)),
    );
    if (resourceId.startsWith('snap-') && state.snapshots.get(resourceId) === undefined) continue;
    write(state, resourceId, Object.fromEntries(kept));
  }
  return {};
};

/** Lists tags with the resources that have them. */
export const describeTags = (input: DescribeTagsRequest, state: Ec2State): DescribeTagsResult => {
  const all = [
    ...state.tags.list(),
    ...state.snapshots.list().map(({ snapshotId, tags }) => ({ resourceId: snapshotId, tags })),
  ].flatMap(({ resourceId, tags }) =>
    Object.entries(tags).map(([key, value]) => ({ resourceId, type: typeOf(resourceId), key, value })),
  );
  const matching = applyFilters(
    all,
    input.Filters,
    {
      'resource-id': ({ resourceId }) => [resourceId],
      'resource-type': ({ type }) => [type],
      key: ({ key }) => [key],
      value: ({ value }) => [value],
    },
    ({ key, value }) => ({ [key]: value }),
  );
  const { page, nextToken } = pageOf(matching, ({ resourceId, key }) => `${resourceId} ${key}`, input);
  return {
    Tags: page.map(({ resourceId, type, key, value }) => ({
      ResourceId: resourceId,
      ResourceType: type,
      Key: key,
      Value: value,
    })),
    NextToken: nextToken,
  };
};
