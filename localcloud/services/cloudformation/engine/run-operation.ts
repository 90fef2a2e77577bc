import type { CloudFormationDeps } from '../deps.ts';
import { reasonOf } from '../errors.ts';
import type { StackContent, StackRecord, StackState } from '../model.ts';
import { ResourceFailedError } from './apply-resource.ts';
import { applyTemplate } from './apply-template.ts';
import { cleanUp, removeResources } from './remove-resources.ts';
import { rollBackUpdate } from './roll-back-update.ts';
import { stackTemplate } from './stack-template.ts';

type Step = (deps: CloudFormationDeps, stack: StackRecord, signal: AbortSignal) => Promise<void>;

const contentOf = ({
  templateBody,
  parameters,
  tags,
  capabilities,
  outputs,
}: StackContent): StackContent => ({
  templateBody,
  parameters,
  tags,
  capabilities,
  outputs,
});

const failureOf = (error: unknown): string =>
  error instanceof ResourceFailedError
    ? `The following resource(s) failed: [${error.logicalId}]. ${error.message}`
    : reasonOf(error);

const afterFailedCreation = {
  ROLLBACK: 'ROLLBACK_IN_PROGRESS',
  DELETE: 'DELETE_IN_PROGRESS',
  DO_NOTHING: 'CREATE_FAILED',
} as const;

const create: Step = async (deps, stack, signal) => {
  try {
    const outputs = await applyTemplate(deps, stack, signal);
    if (signal.aborted) return;
    await cleanUp(deps, stack, signal);
    deps.store.setStatus({ ...stack, outputs }, 'CREATE_COMPLETE');
  } catch (error) {
    if (signal.aborted) return;
    deps.store.setStatus(stack, afterFailedCreation[stack.onFailure], failureOf(error));
  }
};

const failedToDelete = (logicalIds: readonly string[]): string =>
  `The following resource(s) failed to delete: [${logicalIds.join(', ')}]. `;

const rollBackCreation: Step = async (deps, stack, signal) => {
  const failed = await removeResources(deps, stack, { retain: [], retainingPolicies: ['Retain'] }, signal);
  if (signal.aborted) return;
  if (failed.length > 0) deps.store.setStatus(stack, 'ROLLBACK_FAILED', failedToDelete(failed));
  else deps.store.setStatus(stack, 'ROLLBACK_COMPLETE');
};

const remove: Step = async (deps, stack, signal) => {
  const { retained = [] } = stack;
  const failed = await removeResources(
    deps,
    stack,
    { retain: retained, retainingPolicies: ['Retain', 'RetainExceptOnCreate'] },
    signal,
  );
  if (signal.aborted) return;
  if (failed.length > 0) {
    deps.store.setStatus(stack, 'DELETE_FAILED', failedToDelete(failed));
    return;
  }
  for (const key of deps.store.changeSets.keys(`${stack.stackId}|`)) deps.store.changeSets.delete(key);
  deps.store.setStatus({ ...stack, outputs: [], deleted: deps.context.clock.now() }, 'DELETE_COMPLETE');
};

const update: Step = async (deps, stack, signal) => {
  try {
    const outputs = await applyTemplate(deps, stack, signal);
    if (signal.aborted) return;
    deps.store.setStatus({ ...stack, outputs }, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  } catch (error) {
    if (signal.aborted) return;
    const before = stack.previous === undefined ? {} : contentOf(stack.previous);
    deps.store.setStatus({ ...stack, ...before }, 'UPDATE_ROLLBACK_IN_PROGRESS', failureOf(error));
  }
};

/** Resources that the template no longer has go in the clean-up. */
const markRemoved = (deps: CloudFormationDeps, stack: StackRecord): void => {
  const { template } = stackTemplate(deps, stack);
  for (const { current, ...record } of deps.store.resources(stack.stackId)) {
    if (current === undefined || Object.hasOwn(template.Resources, record.logicalId)) continue;
    deps.store.keepResource(stack.stackId, { ...record, change: 'remove', previous: current });
  }
};

const withoutPrevious = (stack: StackRecord): StackRecord => {
  const { previous: _, ...rest } = stack;
  return rest;
};

const finishUpdate: Step = async (deps, stack, signal) => {
  markRemoved(deps, stack);
  await cleanUp(deps, stack, signal);
  if (signal.aborted) return;
  deps.store.setStatus({ ...withoutPrevious(stack), updated: deps.context.clock.now() }, 'UPDATE_COMPLETE');
};

const rollBack: Step = async (deps, stack, signal) => {
  const failed = await rollBackUpdate(deps, stack, signal);
  if (signal.aborted) return;
  if (failed.length > 0) {
    const reason = `The following resource(s) failed to update: [${failed.join(', ')}]. `;
    deps.store.setStatus(stack, 'UPDATE_ROLLBACK_FAILED', reason);
  } else {
    deps.store.setStatus(stack, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', stack.statusReason);
  }
};

const finishRollBack: Step = async (deps, stack, signal) => {
  await cleanUp(deps, stack, signal);
  if (signal.aborted) return;
  deps.store.setStatus(withoutPrevious(stack), 'UPDATE_ROLLBACK_COMPLETE', stack.statusReason);
};

/** What is done in each status that is not a resting one, and where it ends when it breaks. */
const steps: Partial<Readonly<Record<StackState, readonly [step: Step, broken: StackState]>>> = {
  CREATE_IN_PROGRESS: [create, 'CREATE_FAILED'],
  ROLLBACK_IN_PROGRESS: [rollBackCreation, 'ROLLBACK_FAILED'],
  UPDATE_IN_PROGRESS: [update, 'UPDATE_ROLLBACK_FAILED'],
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: [finishUpdate, 'UPDATE_FAILED'],
  UPDATE_ROLLBACK_IN_PROGRESS: [rollBack, 'UPDATE_ROLLBACK_FAILED'],
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: [finishRollBack, 'UPDATE_ROLLBACK_FAILED'],
  DELETE_IN_PROGRESS: [remove, 'DELETE_FAILED'],
};

/** Is there something left to do for a stack in this status? */
export const isMoving = (status: StackState): boolean => steps[status] !== undefined;

/**
 * Takes a stack from status to status until it rests. Everything it needs is stored, so that it goes on where the last
 * process ended.
 */
export const runOperation = async (
  deps: CloudFormationDeps,
  stackId: string,
  signal: AbortSignal,
): Promise<void> => {
  for (;;) {
    const stack = deps.store.stacks.get(stackId);
    const entry = stack === undefined ? undefined : steps[stack.status];
    if (stack === undefined || entry === undefined || signal.aborted) return;
    const [step, broken] = entry;
    try {
      await step(deps, stack, signal);
    } catch (error) {
      if (signal.aborted) return;
      deps.context.log('error', 'stack operation broke', { stack: stack.name, error: String(error) });
      deps.store.setStatus(stack, broken, reasonOf(error));
    }
  }
};
