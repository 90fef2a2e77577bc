import type { CloudFormationDeps } from '../deps.ts';
import { reasonOf } from '../errors.ts';
import type { Incarnation, ResourceRecord, StackRecord } from '../model.ts';
import { dependencyOrder } from '../template/dependency-order.ts';
import { changedProperties, handlerOf } from './apply-resource.ts';
import { resourceScope } from './resource-scope.ts';

const restoreModified = async (
  deps: CloudFormationDeps,
  stack: StackRecord,
  record: ResourceRecord,
  previous: Incarnation,
): Promise<void> => {
  const { store } = deps;
  const attempted = record.current ?? previous;
  // A failed change may have been made in part, though the stored properties are still the old ones.
  const touched =
    record.status !== 'UPDATE_COMPLETE' ||
    changedProperties(attempted.properties, previous.properties).length > 0;
  if (touched) {
    store.putResource(stack.stackId, { ...record, status: 'UPDATE_IN_PROGRESS' });
    await handlerOf(deps, record.type).update?.(
      previous.physicalId,
      previous.properties,
      attempted.properties,
      resourceScope(deps, stack, record),
    );
  }
  const { statusReason: _, ...rest } = record;
  store.putResource(stack.stackId, { ...rest, status: 'UPDATE_COMPLETE', current: previous, restored: true });
};

/** Turns what the failed update made into what the clean-up deletes. */
const discardNew = ({ store }: CloudFormationDeps, stack: StackRecord, record: ResourceRecord): void => {
  const { current, previous, ...rest } = record;
  if (record.change === 'add') {
    store.keepResource(stack.stackId, {
      ...rest,
      change: 'remove',
      ...(current === undefined ? {} : { previous: current }),
    });
    return;
  }
  store.keepResource(stack.stackId, {
    ...rest,
    ...(previous === undefined ? {} : { current: previous }),
    ...(current === undefined ? {} : { previous: current }),
    change: current === undefined ? 'modify' : 'replace',
    // A second pass, after the end of the process, must not swap back.
    restored: true,
  });
};

/**
 * Brings a stack's resources back to what they were before the update that failed; returns the logical ids of those that
 * could not be brought back.
 */
export const rollBackUpdate = async (
  deps: CloudFormationDeps,
  stack: StackRecord,
  signal: AbortSignal,
): Promise<string[]> => {
  const changed = deps.store.resources(stack.stackId).filter(({ change }) => change !== undefined);
  const byId = new Map(changed.map((record) => [record.logicalId, record]));
  const order = dependencyOrder(
    new Map(
      changed.map((record) => [record.logicalId, (record.previous ?? record.current)?.dependsOn ?? []]),
    ),
  );
  const failed: string[] = [];
  for (const logicalId of order) {
    const record = byId.get(logicalId);
    if (signal.aborted || record === undefined) break;
    if (record.change === 'remove' || record.restored === true) continue;
    if (record.change !== 'modify') {
      discardNew(deps, stack, record);
      continue;
    }
    if (record.previous === undefined) continue;
    try {
      await restoreModified(deps, stack, record, record.previous);
    } catch (error) {
      failed.push(logicalId);
      deps.store.putResource(stack.stackId, {
        ...record,
        status: 'UPDATE_FAILED',
        statusReason: reasonOf(error),
      });
    }
  }
  return failed;
};
