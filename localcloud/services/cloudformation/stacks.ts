import type {
  CreateStackCommandInput,
  DeleteStackCommandInput,
  UpdateStackCommandInput,
  UpdateTerminationProtectionCommandInput,
} from '@aws-sdk/client-cloudformation';
import { isDeepStrictEqual } from 'node:util';
import type { CloudFormationDeps } from './deps.ts';
import { isMoving } from './engine/run-operation.ts';
import type { Operations } from './engine/operations.ts';
import { stackExists, validationError } from './errors.ts';
import type { StackContent, StackRecord, StackState } from './model.ts';
import { readContent } from './stack-content.ts';
import { parseTemplate } from './template/parse-template.ts';

/** What operations on stacks work on. */
export type StackDeps = CloudFormationDeps & { readonly operations: Operations };

/** A stack that is about to be; nothing is stored. */
export const newStack = (
  { context }: CloudFormationDeps,
  name: string | undefined = '',
): Pick<StackRecord, 'stackId' | 'name' | 'created'> => {
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) {
    throw validationError(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
  }
  const stackId = `arn:aws:cloudformation:${context.region}:${context.accountId}:stack/${name}/${context.random.uuid()}`;
  return { stackId, name, created: context.clock.now() };
};

/** Creates a stack: checks everything, then answers while the resources are made. */
export const createStack = async (
  deps: StackDeps,
  input: CreateStackCommandInput,
): Promise<{ StackId: string }> => {
  const { store, operations } = deps;
  const identity = newStack(deps, input.StackName);
  const refuseExisting = (): void => {
    if (store.byName(identity.name) !== undefined) throw stackExists(identity.name);
  };
  refuseExisting();
  const content = await readContent(deps, identity, input);
  refuseExisting();
  const stack: StackRecord = {
    ...identity,
    ...content,
    outputs: [],
    status: 'CREATE_IN_PROGRESS',
    onFailure: input.DisableRollback === true ? 'DO_NOTHING' : (input.OnFailure ?? 'ROLLBACK'),
    terminationProtection: input.EnableTerminationProtection ?? false,
    ...(input.RoleARN === undefined ? {} : { roleArn: input.RoleARN }),
  };
  store.setStatus(stack, 'CREATE_IN_PROGRESS', 'User Initiated');
  operations.run(stack.stackId);
  return { StackId: stack.stackId };
};

const updatable: readonly StackState[] = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_FAILED',
];

/** Refuses an update of a stack that is moving or failed. */
export const checkUpdatable = ({ stackId, status }: StackRecord): void => {
  if (updatable.includes(status)) return;
  throw validationError(`Stack:${stackId} is in ${status} state and can not be updated.`);
};

/** Would the content change nothing? */
export const sameContent = (before: StackContent, after: Omit<StackContent, 'outputs'>): boolean =>
  isDeepStrictEqual(before.parameters, after.parameters) &&
  isDeepStrictEqual(before.tags, after.tags) &&
  isDeepStrictEqual(parseTemplate(before.templateBody), parseTemplate(after.templateBody));

/** Starts the update of a stack to checked content. */
export const beginUpdate = (
  { store, operations }: StackDeps,
  stack: StackRecord,
  content: Omit<StackContent, 'outputs'>,
  roleArn?: string,
): void => {
  const { templateBody, parameters, tags, capabilities, outputs } = stack;
  store.setStatus(
    {
      ...stack,
      ...content,
      ...(roleArn === undefined ? {} : { roleArn }),
      previous: { templateBody, parameters, tags, capabilities, outputs },
    },
    'UPDATE_IN_PROGRESS',
    'User Initiated',
  );
  operations.run(stack.stackId);
};

/** Updates a stack: checks everything, then answers while the resources change. */
export const updateStack = async (
  deps: StackDeps,
  input: UpdateStackCommandInput,
): Promise<{ StackId: string }> => {
  const before = deps.store.find(input.StackName);
  checkUpdatable(before);
  const content = await readContent(deps, before, input, before);
  const stack = deps.store.find(before.stackId);
  checkUpdatable(stack);
  if (sameContent(stack, content)) throw validationError('No updates are to be performed.');
  beginUpdate(deps, stack, content, input.RoleARN);
  return { StackId: stack.stackId };
};

/** Deletes a stack with its resources; a stack that is not there is fine, as on AWS. */
export const deleteStack = (
  { store, operations }: StackDeps,
  input: DeleteStackCommandInput,
): Record<string, never> => {
  const name = input.StackName ?? '';
  const stack = name.startsWith('arn:') ? store.stacks.get(name) : store.byName(name);
  if (stack === undefined || stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS')
    return {};
  if (stack.terminationProtection) {
    throw validationError(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
  }
  if (isMoving(stack.status)) {
    throw validationError(`Stack [${stack.name}] cannot be deleted while in status ${stack.status}`);
  }
  const retained = input.RetainResources ?? [];
  if (retained.length > 0 && stack.status !== 'DELETE_FAILED') {
    throw validationError(
      `Invalid operation on stack [${stack.stackId}]. When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.`,
    );
  }
  store.setStatus({ ...stack, retained }, 'DELETE_IN_PROGRESS', 'User Initiated');
  operations.run(stack.stackId);
  return {};
};

/** Protects a stack from being deleted, or no longer. */
export const updateTerminationProtection = (
  { store }: CloudFormationDeps,
  input: UpdateTerminationProtectionCommandInput,
): { StackId: string } => {
  const stack = store.find(input.StackName);
  store.stacks.put(stack.stackId, {
    ...stack,
    terminationProtection: input.EnableTerminationProtection ?? false,
  });
  return { StackId: stack.stackId };
};
