import { isDeepStrictEqual } from 'node:util';
import type * as SFN from '@aws-sdk/client-sfn';
import { requireValidDefinition } from './definitions.ts';
import type { StatesDeps } from './deps.ts';
import { stateMachineAlreadyExists, validationException } from './errors.ts';
import { requireManagedRule } from './managed-rule.ts';
import { requireArn, requireName, stateMachineArn } from './names.ts';
import { pagePosition, pageSize, pageToken } from './page-token.ts';
import type { StateMachineRecord } from './state-machine-store.ts';

const tagsOf = (tags: readonly SFN.Tag[] | undefined): Record<string, string> =>
  Object.fromEntries((tags ?? []).map(({ key = '', value = '' }) => [key, value]));

const sameTags = (left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean =>
  isDeepStrictEqual(left, right);

const noLogging = { includeExecutionData: false, level: 'OFF' } as const;

/** CreateStateMachine: repeating it with the same facts gives the same answer. */
export const createStateMachine = (
  { context, machines }: StatesDeps,
  input: SFN.CreateStateMachineInput,
): SFN.CreateStateMachineOutput => {
  const name = requireName(input.name ?? '');
  const { definition = '', roleArn = '', type = 'STANDARD' } = input;
  requireValidDefinition(definition);
  requireManagedRule(context, definition, roleArn);
  const arn = stateMachineArn(context, name);
  const tags = tagsOf(input.tags);
  const known = machines.machines.get(arn);
  if (known !== undefined) {
    const isSame = known.definition === definition && known.type === type && sameTags(known.tags, tags);
    if (!isSame) throw stateMachineAlreadyExists(arn);
    return { stateMachineArn: arn, creationDate: new Date(known.createdAt) };
  }
  const now = context.clock.now();
  machines.save({
    arn,
    name,
    definition,
    roleArn,
    type,
    createdAt: now,
    updatedAt: now,
    revisionId: context.random.uuid(),
    tags,
    ...(input.loggingConfiguration === undefined ? {} : { loggingConfiguration: input.loggingConfiguration }),
    ...(input.tracingConfiguration === undefined ? {} : { tracingConfiguration: input.tracingConfiguration }),
  });
  return { stateMachineArn: arn, creationDate: new Date(now) };
};

/** UpdateStateMachine: running executions keep the revision that they were started with. */
export const updateStateMachine = (
  { context, machines }: StatesDeps,
  input: SFN.UpdateStateMachineInput,
): SFN.UpdateStateMachineOutput => {
  const known = machines.require(requireArn(input.stateMachineArn, 'stateMachine'));
  const { definition, roleArn, loggingConfiguration, tracingConfiguration } = input;
  if (
    definition === undefined &&
    roleArn === undefined &&
    loggingConfiguration === undefined &&
    tracingConfiguration === undefined
  ) {
    throw validationException(
      'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    );
  }
  if (definition !== undefined) requireValidDefinition(definition);
  const updated: StateMachineRecord = {
    ...known,
    definition: definition ?? known.definition,
    roleArn: roleArn ?? known.roleArn,
    updatedAt: context.clock.now(),
    revisionId: context.random.uuid(),
    ...(loggingConfiguration === undefined ? {} : { loggingConfiguration }),
    ...(tracingConfiguration === undefined ? {} : { tracingConfiguration }),
  };
  requireManagedRule(context, updated.definition, updated.roleArn);
  machines.save(updated);
  return { updateDate: new Date(updated.updatedAt), revisionId: updated.revisionId };
};

/** DescribeStateMachine. */
export const describeStateMachine = (
  { machines }: StatesDeps,
  input: SFN.DescribeStateMachineInput,
): SFN.DescribeStateMachineOutput => {
  const record = machines.require(requireArn(input.stateMachineArn, 'stateMachine'));
  return {
    stateMachineArn: record.arn,
    name: record.name,
    status: 'ACTIVE',
    definition: record.definition,
    roleArn: record.roleArn,
    type: record.type,
    creationDate: new Date(record.createdAt),
    loggingConfiguration: record.loggingConfiguration ?? noLogging,
    tracingConfiguration: record.tracingConfiguration ?? { enabled: false },
    encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
    revisionId: record.revisionId,
  };
};

/** DescribeStateMachineForExecution: the revision that the execution runs. */
export const describeStateMachineForExecution = (
  deps: StatesDeps,
  input: SFN.DescribeStateMachineForExecutionInput,
): SFN.DescribeStateMachineForExecutionOutput => {
  const execution = deps.executions.require(requireArn(input.executionArn, 'execution'));
  const revision = deps.machines.revisions.get(execution.revisionId);
  const record = revision ?? deps.machines.require(execution.machineArn);
  return {
    stateMachineArn: record.arn,
    name: record.name,
    definition: record.definition,
    roleArn: record.roleArn,
    updateDate: new Date(record.updatedAt),
    loggingConfiguration: noLogging,
    tracingConfiguration: { enabled: false },
    encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
    revisionId: record.revisionId,
  };
};

/** DeleteStateMachine: deleting what is not there succeeds; executions that run go on. */
export const deleteStateMachine = (
  { machines }: StatesDeps,
  input: SFN.DeleteStateMachineInput,
): SFN.DeleteStateMachineOutput => {
  machines.machines.delete(requireArn(input.stateMachineArn, 'stateMachine'));
  return {};
};

/** ListStateMachines. */
export const listStateMachines = (
  { machines }: StatesDeps,
  input: SFN.ListStateMachinesInput,
): SFN.ListStateMachinesOutput => {
  const start = pagePosition(input.nextToken) ?? 0;
  const size = pageSize(input.maxResults);
  const all = machines.machines.list();
  return {
    stateMachines: all.slice(start, start + size).map(({ arn, name, type, createdAt }) => ({
      stateMachineArn: arn,
      name,
      type,
      creationDate: new Date(createdAt),
    })),
    ...(start + size < all.length ? { nextToken: pageToken(start + size) } : {}),
  };
};
