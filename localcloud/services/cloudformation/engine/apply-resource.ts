import { isDeepStrictEqual } from 'node:util';
import type { CloudFormationDeps } from '../deps.ts';
import { ignoreMissing, reasonOf, validationError } from '../errors.ts';
import type { Incarnation, Json, ResourceRecord, StackRecord, TemplateResource } from '../model.ts';
import type { MadeResource, ResourceType } from '../resource-type.ts';
import type { ResolveScope } from '../template/intrinsics.ts';
import { resolveProperties } from './resolve-properties.ts';
import { resourceScope } from './resource-scope.ts';

/** What a resource should become. */
export interface ResourceTarget {
  readonly logicalId: string;
  readonly resource: TemplateResource;
  readonly dependsOn: readonly string[];
  readonly scope: ResolveScope;
}

/** A resource could not be made or changed; its events say why. */
export class ResourceFailedError extends Error {
  override readonly name = 'ResourceFailedError';
  readonly logicalId: string;

  constructor(logicalId: string, reason: string) {
    super(reason);
    this.logicalId = logicalId;
  }
}

const suffixDigits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

const newSuffix = ({ context }: CloudFormationDeps): string =>
  Array.from(
    { length: 12 },
    () => suffixDigits[Math.floor(context.random.fraction() * suffixDigits.length)],
  ).join('');

/** The handler of a type; templates with unknown types never come this far. */
export const handlerOf = ({ types }: CloudFormationDeps, type: string): ResourceType => {
  const handler = types.get(type);
  if (handler === undefined) throw validationError(`the local cloud does not know the resource type ${type}`);
  return handler;
};

const ignoredNote = ({ ignored }: ResourceType, properties: Json): string | undefined => {
  const names = (ignored ?? []).filter((name) => properties[name] !== undefined);
  return names.length === 0 ? undefined : `without effect in the local cloud: ${names.join(', ')}`;
};

const incarnationOf = (
  { resource, dependsOn }: Pick<ResourceTarget, 'resource' | 'dependsOn'>,
  properties: Json,
  made: MadeResource,
): Incarnation => ({
  physicalId: made.physicalId,
  properties,
  attributes: made.attributes ?? {},
  dependsOn,
  deletionPolicy: resource.DeletionPolicy ?? 'Delete',
  updateReplacePolicy: resource.UpdateReplacePolicy ?? 'Delete',
});

/** Names of the properties that differ. */
export const changedProperties = (before: Json, after: Json): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !isDeepStrictEqual(before[name], after[name]),
  );

const omit = (record: ResourceRecord, ...names: (keyof ResourceRecord)[]): ResourceRecord =>
  Object.fromEntries(
    Object.entries(record).filter(([name]) => !names.some((omitted) => omitted === name)),
  ) as unknown as ResourceRecord;

const create = async (
  deps: CloudFormationDeps,
  stack: StackRecord,
  target: ResourceTarget,
  begun: ResourceRecord,
  properties: Json,
): Promise<void> => {
  const { store } = deps;
  const handler = handlerOf(deps, begun.type);
  const made = await handler.create(properties, resourceScope(deps, stack, begun));
  const replaced = begun.change === 'replace';
  const note = ignoredNote(handler, properties);
  store.putResource(stack.stackId, {
    ...omit(begun, 'startedId', 'statusReason'),
    status: replaced ? 'UPDATE_COMPLETE' : 'CREATE_COMPLETE',
    ...(note === undefined ? {} : { statusReason: note }),
    current: incarnationOf(target, properties, made),
  });
};

/** Removes what a creation that the end of the process cut short left behind. */
const clearStarted = async (
  deps: CloudFormationDeps,
  stack: StackRecord,
  record: ResourceRecord,
  properties: Json,
): Promise<void> => {
  if (record.startedId === undefined) return;
  const handler = handlerOf(deps, record.type);
  await ignoreMissing(handler.delete(record.startedId, properties, resourceScope(deps, stack, record)));
};

const add = async (
  deps: CloudFormationDeps,
  stack: StackRecord,
  target: ResourceTarget,
  properties: Json,
): Promise<void> => {
  const { logicalId, resource } = target;
  const before = deps.store.resource(stack.stackId, logicalId);
  if (before !== undefined) await clearStarted(deps, stack, before, properties);
  const begun = deps.store.putResource(stack.stackId, {
    logicalId,
    type: resource.Type,
    status: 'CREATE_IN_PROGRESS',
    suffix: newSuffix(deps),
    change: 'add',
  });
  await create(deps, stack, target, begun, properties);
};

const replace = async (
  deps: CloudFormationDeps,
  stack: StackRecord,
  target: ResourceTarget,
  record: ResourceRecord,
  properties: Json,
): Promise<void> => {
  await clearStarted(deps, stack, record, properties);
  const begun = deps.store.putResource(stack.stackId, {
    ...omit(record, 'startedId', 'current'),
    status: 'UPDATE_IN_PROGRESS',
    statusReason: 'Requested update requires the creation of a new physical resource; hence creating one.',
    suffix: newSuffix(deps),
    change: 'replace',
    ...(record.current === undefined ? {} : { previous: record.current }),
  });
  await create(deps, stack, target, begun, properties);
};

const modify = async (
  deps: CloudFormationDeps,
  stack: StackRecord,
  target: ResourceTarget,
  record: ResourceRecord,
  current: Incarnation,
  properties: Json,
): Promise<void> => {
  const handler = handlerOf(deps, record.type);
  const begun = deps.store.putResource(stack.stackId, {
    ...omit(record, 'statusReason'),
    status: 'UPDATE_IN_PROGRESS',
    change: 'modify',
    previous: record.previous ?? current,
  });
  const made = await handler.update?.(
    current.physicalId,
    properties,
    current.properties,
    resourceScope(deps, stack, begun),
  );
  deps.store.putResource(stack.stackId, {
    ...begun,
    status: 'UPDATE_COMPLETE',
    current: incarnationOf(target, properties, made ?? current),
  });
};

const change = async (
  deps: CloudFormationDeps,
  stack: StackRecord,
  target: ResourceTarget,
  record: ResourceRecord,
  current: Incarnation,
  properties: Json,
): Promise<void> => {
  const handler = handlerOf(deps, record.type);
  const changed = changedProperties(current.properties, properties);
  if (changed.length === 0) {
    const kept = incarnationOf(target, properties, current);
    deps.store.keepResource(stack.stackId, { ...record, current: kept });
    return;
  }
  const replacing = handler.update === undefined || changed.some((name) => handler.replacing.includes(name));
  if (replacing) await replace(deps, stack, target, record, properties);
  else await modify(deps, stack, target, record, current, properties);
};

/** Makes a resource what the template says: creates, changes or replaces it, or leaves it alone. */
export const applyResource = async (
  deps: CloudFormationDeps,
  stack: StackRecord,
  target: ResourceTarget,
): Promise<void> => {
  const { logicalId, resource } = target;
  const record = deps.store.resource(stack.stackId, logicalId);
  try {
    if (record !== undefined && record.type !== resource.Type) {
      throw validationError(
        `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${logicalId}]`,
      );
    }
    const properties = await resolveProperties(deps, handlerOf(deps, resource.Type), resource, target.scope);
    // A replacement that the end of the process cut short goes on from the old incarnation.
    const current = record?.current ?? (record?.change === 'replace' ? record.previous : undefined);
    if (record === undefined || current === undefined) await add(deps, stack, target, properties);
    else await change(deps, stack, target, { ...record, current }, current, properties);
  } catch (error) {
    const reason = reasonOf(error);
    const failed = deps.store.resource(stack.stackId, logicalId);
    deps.store.putResource(stack.stackId, {
      ...(record?.current === undefined ? {} : { change: 'modify' as const, previous: record.current }),
      ...(failed ?? { logicalId, type: resource.Type, suffix: '', change: 'add' as const }),
      status: record?.current === undefined ? 'CREATE_FAILED' : 'UPDATE_FAILED',
      statusReason: reason,
    });
    throw new ResourceFailedError(logicalId, reason);
  }
};
