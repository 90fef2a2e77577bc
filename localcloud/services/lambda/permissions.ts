import type {
  AddPermissionCommandInput,
  AddPermissionCommandOutput,
  GetPolicyCommandInput,
  GetPolicyCommandOutput,
  RemovePermissionCommandInput,
} from '@aws-sdk/client-lambda';
import type { LambdaDeps } from './deps.ts';
import { resourceConflict, resourceNotFound } from './errors.ts';
import { qualifiedKey } from './function-store.ts';
import type { FunctionReference } from './names.ts';
import { functionArn, parseFunctionReference } from './names.ts';
import type { PolicyStatement } from './model.ts';

const principalOf = (principal: string): PolicyStatement['Principal'] => {
  if (principal === '*') return '*';
  if (principal.endsWith('.amazonaws.com')) return { Service: principal };
  return { AWS: /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal };
};

const conditionOf = (input: AddPermissionCommandInput): PolicyStatement['Condition'] => {
  const condition: Record<string, Record<string, string>> = {};
  if (input.SourceArn !== undefined) condition['ArnLike'] = { 'AWS:SourceArn': input.SourceArn };
  const equals = {
    ...(input.SourceAccount === undefined ? {} : { 'AWS:SourceAccount': input.SourceAccount }),
    ...(input.FunctionUrlAuthType === undefined
      ? {}
      : { 'lambda:FunctionUrlAuthType': input.FunctionUrlAuthType }),
  };
  if (Object.keys(equals).length > 0) condition['StringEquals'] = equals;
  if (input.InvokedViaFunctionUrl === true) condition['Bool'] = { 'lambda:InvokedViaFunctionUrl': 'true' };
  return Object.keys(condition).length === 0 ? undefined : condition;
};

/** Adds a statement to the resource-based policy of a function, version or alias. */
export const addPermission = (
  { context, store }: LambdaDeps,
  input: AddPermissionCommandInput,
): Omit<AddPermissionCommandOutput, '$metadata'> => {
  const reference = parseFunctionReference(input.FunctionName, input.Qualifier);
  store.target(reference);
  const key = qualifiedKey(reference);
  const statements = store.policies.get(key) ?? [];
  const Sid = input.StatementId ?? '';
  if (statements.some((statement) => statement.Sid === Sid)) {
    throw resourceConflict(
      `The statement id (${Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  }
  const condition = conditionOf(input);
  const statement: PolicyStatement = {
    Sid,
    Effect: 'Allow',
    Principal: principalOf(input.Principal ?? ''),
    Action: input.Action ?? '',
    Resource: functionArn(context, reference),
    ...(condition === undefined ? {} : { Condition: condition }),
  };
  store.policies.put(key, [...statements, statement]);
  return { Statement: JSON.stringify(statement) };
};

/** Removes a statement from a resource-based policy. */
export const removePermission = (
  { store }: LambdaDeps,
  input: RemovePermissionCommandInput,
): Record<string, never> => {
  const reference = parseFunctionReference(input.FunctionName, input.Qualifier);
  store.find(reference);
  const key = qualifiedKey(reference);
  const statements = store.policies.get(key) ?? [];
  const kept = statements.filter(({ Sid }) => Sid !== input.StatementId);
  if (kept.length === statements.length) {
    throw resourceNotFound(`Statement ${input.StatementId} is not found in resource policy.`);
  }
  if (kept.length === 0) store.policies.delete(key);
  else store.policies.put(key, kept);
  return {};
};

/** The resource-based policy of a function, version or alias. */
export const getPolicy = (
  { store }: LambdaDeps,
  input: GetPolicyCommandInput,
): Omit<GetPolicyCommandOutput, '$metadata'> => {
  const reference = parseFunctionReference(input.FunctionName, input.Qualifier);
  const { latest } = store.find(reference);
  const statements = store.policies.get(qualifiedKey(reference));
  if (statements === undefined) throw resourceNotFound('The resource you requested does not exist.');
  return {
    Policy: JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements }),
    RevisionId: latest.revisionId,
  };
};

/** Does the resource-based policy let an AWS service (or anyone, `*`) do the action? */
export const policyAllows = (
  { store }: LambdaDeps,
  reference: FunctionReference,
  action: 'lambda:InvokeFunction' | 'lambda:InvokeFunctionUrl',
  principal: string,
): boolean =>
  (store.policies.get(qualifiedKey(reference)) ?? []).some(
    (statement) =>
      [action, 'lambda:*', '*'].includes(statement.Action) &&
      (statement.Principal === '*' ||
        ('Service' in statement.Principal && statement.Principal.Service === principal)),
  );
