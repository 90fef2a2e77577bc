import { invalidResourceId, invalidResourceType } from './errors.ts';
import { type Input, type Output, type ParameterStore, type StoredParameter } from './parameter-store.ts';

const needTagged = (
  store: ParameterStore,
  input: { readonly ResourceType?: string | undefined; readonly ResourceId?: string | undefined },
): StoredParameter => {
  if (input.ResourceType !== 'Parameter') throw invalidResourceType();
  const parameter = store.parameters.get(input.ResourceId ?? '');
  if (parameter === undefined) throw invalidResourceId();
  return parameter;
};

/** AddTagsToResource, for parameters. */
export const addTagsToResource = (
  store: ParameterStore,
  input: Input<'AddTagsToResource'>,
): Output<'AddTagsToResource'> => {
  const parameter = needTagged(store, input);
  const added = Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
  store.parameters.put(parameter.name, { ...parameter, tags: { ...parameter.tags, ...added } });
  return {};
};

/** RemoveTagsFromResource, for parameters. */
export const removeTagsFromResource = (
  store: ParameterStore,
  input: Input<'RemoveTagsFromResource'>,
): Output<'RemoveTagsFromResource'> => {
  const parameter = needTagged(store, input);
  const removed = new Set(input.TagKeys ?? []);
  const tags = Object.fromEntries(Object.entries(parameter.tags).filter(([key]) => !removed.has(key)));
  store.parameters.put(parameter.name, { ...parameter, tags });
  return {};
};

/** ListTagsForResource, for parameters. */
export const listTagsForResource = (
  store: ParameterStore,
  input: Input<'ListTagsForResource'>,
): Output<'ListTagsForResource'> => ({
  TagList: Object.entries(needTagged(store, input).tags).map(([Key, Value]) => ({ Key, Value })),
});
