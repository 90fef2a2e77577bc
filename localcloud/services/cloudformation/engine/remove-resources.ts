import type { CloudFormationDeps } from '../deps.ts';
import { ignoreMissing, reasonOf } from '../errors.ts';
import type { Incarnation, ResourceRecord, StackRecord } from '../model.ts';
import { dependencyOrder } from '../template/dependency-order.ts';
import { handlerOf } from './apply-resource.ts';
import { resourceScope } from './resource-scope.ts';

const deleteIncarnation = async (
  deps: CloudFormationDeps,
  stack: StackRecord,
  record: ResourceRecord,
  incarnation: Pick<Incarnation, 'physicalId' | 'properties'>,
): Promise<void> => {
  const handler = handlerOf(deps, record.type);
  const scope = resourceScope(deps, stack, record);
  await ignoreMissing(handler.delete(incarnation.physicalId, incarnation.properties, scope));
};

/** Records in the order in which they go: each before what it depends on. */
const removalOrder = (records: readonly ResourceRecord[]): ResourceRecord[] => {
  const dependencies = new Map(
    records.map((record) => [record.logicalId, (record.current ?? record.previous)?.dependsOn ?? []]),
  );
  const order = dependencyOrder(dependencies).toReversed();
  return order.flatMap((logicalId) => records.filter((record) => record.logicalId === logicalId));
};

/**
 * Removes a stack's resources as it is deleted or its creation rolled back; returns the logical ids of those that could
 * not be removed.
 */
export const removeResources = async (
  deps: CloudFormationDeps,
  stack: StackRecord,
  options: { readonly retain: readonly string[]; readonly retainingPolicies: readonly string[] },
  signal: AbortSignal,
): Promise<string[]> => {
  const { store } = deps;
  const { stackId } = stack;
  const failed: string[] = [];
  for (const record of removalOrder(store.resources(stackId))) {
    if (signal.aborted) return failed;
    if (record.status === 'DELETE_COMPLETE' || record.status === 'DELETE_SKIPPED') continue;
    const { startedId, current } = record;
    const kept =
      options.retain.includes(record.logicalId) ||
      (current !== undefined && options.retainingPolicies.includes(current.deletionPolicy));
    if (kept) {
      store.putResource(stackId, { ...record, status: 'DELETE_SKIPPED' });
      continue;
    }
    if (current === undefined && startedId === undefined) {
      store.deleteResource(stackId, record.logicalId);
      continue;
    }
    try {
      store.putResource(stackId, { ...record, status: 'DELETE_IN_PROGRESS' });
      if (startedId !== undefined) {
        await deleteIncarnation(deps, stack, record, { physicalId: startedId, properties: {} });
      }
      if (current !== undefined) await deleteIncarnation(deps, stack, record, current);
      store.putResource(stackId, { ...record, status: 'DELETE_COMPLETE' });
    } catch (error) {
      failed.push(record.logicalId);
      store.putResource(stackId, { ...record, status: 'DELETE_FAILED', statusReason: reasonOf(error) });
    }
  }
  return failed;
};

/** Deletes what an update replaced or removed, and closes the update of each resource. Failures stay behind, as on AWS. */
export const cleanUp = async (
  deps: CloudFormationDeps,
  stack: StackRecord,
  signal: AbortSignal,
): Promise<void> => {
  const { store } = deps;
  const { stackId } = stack;
  const changed = store.resources(stackId).filter(({ change }) => change !== undefined);
  for (const record of removalOrder(changed)) {
    if (signal.aborted) return;
    const { previous, change, startedId, restored: _, ...settled } = record;
    const obsolete = change === 'replace' || change === 'remove' ? previous : undefined;
    const begun = startedId === undefined ? undefined : { physicalId: startedId, properties: {} };
    const policy = change === 'replace' ? obsolete?.updateReplacePolicy : obsolete?.deletionPolicy;
    for (const incarnation of [begun, obsolete]) {
      if (incarnation === undefined) continue;
      if (incarnation === obsolete && policy?.startsWith('Retain') === true) {
        store.putResource(stackId, { ...record, status: 'DELETE_SKIPPED' });
        continue;
      }
      try {
        store.putResource(stackId, { ...record, status: 'DELETE_IN_PROGRESS' });
        await deleteIncarnation(deps, stack, record, incarnation);
        store.putResource(stackId, { ...record, status: 'DELETE_COMPLETE' });
      } catch (error) {
        store.putResource(stackId, { ...record, status: 'DELETE_FAILED', statusReason: reasonOf(error) });
      }
    }
    if (settled.current === undefined) store.deleteResource(stackId, record.logicalId);
    else store.keepResource(stackId, settled);
  }
};
