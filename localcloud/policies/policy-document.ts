import { operatorProblem } from './condition-operators.ts';

/** Operator to condition key to wanted values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Principal type (`AWS`, `Service`, `Federated`) to names; `{ AWS: ['*'] }` for everybody. */
export type Principals = Readonly<Record<string, readonly string[]>>;

/** One statement, with every one-or-many element as a list. */
export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  readonly resources?: readonly string[];
  readonly notResources?: readonly string[];
  readonly principals?: Principals;
  readonly conditions: Conditions;
}

/** A policy text that IAM would refuse; the message is AWS's. */
export class PolicyDocumentError extends Error {
  override readonly name = 'PolicyDocumentError';
}

type Json = Readonly<Record<string, unknown>>;

const fail = (message: string): never => {
  throw new PolicyDocumentError(message);
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const texts = (value: unknown): readonly string[] => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((each) => {
    if (typeof each === 'string') return each;
    // Conditions may hold numbers and booleans.
    return typeof each === 'number' || typeof each === 'boolean'
      ? String(each)
      : fail('Syntax errors in policy.');
  });
};

const oneOf = (statement: Json, name: string, negated: string): void => {
  if (statement[name] !== undefined && statement[negated] !== undefined) fail('Syntax errors in policy.');
};

const checkActions = (actions: readonly string[]): void => {
  for (const action of actions) {
    if (action === '*') continue;
    const [vendor = '', name] = action.split(':');
    if (name === undefined)
      fail('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
    if (!/^[A-Za-z0-9-]+$/.test(vendor)) fail(`Vendor ${vendor} is not valid`);
  }
};

const checkResources = (resources: readonly string[]): void => {
  for (const resource of resources) {
    if (resource === '*') continue;
    if (!/^arn:|^\$\{|^\*/.test(resource)) fail(`Resource ${resource} must be in ARN format or "*".`);
    if (resource.startsWith('arn:') && resource.split(':').length < 6 && !resource.includes('*')) {
      fail(`Resource ${resource} must be in ARN format or "*".`);
    }
  }
};

const readConditions = (value: unknown): Conditions => {
  if (value === undefined) return {};
  if (!isObject(value)) return fail('Syntax errors in policy.');
  return Object.fromEntries(
    Object.entries(value).map(([operator, keys]) => {
      const problem = operatorProblem(operator);
      if (problem !== undefined) fail(problem);
      if (!isObject(keys)) return fail('Syntax errors in policy.');
      return [
        operator,
        Object.fromEntries(Object.entries(keys).map(([key, wanted]) => [key, texts(wanted)])),
      ];
    }),
  );
};

const readPrincipals = (value: unknown): Principals | undefined => {
  if (value === undefined) return undefined;
  if (value === '*') return { AWS: ['*'] };
  if (!isObject(value)) return fail('Invalid principal in policy.');
  return Object.fromEntries(Object.entries(value).map(([type, names]) => [type, texts(names)]));
};

const listOf = <Name extends string>(
  statement: Json,
  element: string,
  name: Name,
): { [K in Name]?: readonly string[] } =>
  statement[element] === undefined
    ? {}
    : ({ [name]: texts(statement[element]) } as { [K in Name]: readonly string[] });

const elements = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
]);

const readStatement = (value: unknown): Statement => {
  if (!isObject(value) || Object.keys(value).some((name) => !elements.has(name)))
    return fail('Syntax errors in policy.');
  const { Effect: effect, Sid: sid } = value;
  if (effect !== 'Allow' && effect !== 'Deny') return fail('Syntax errors in policy.');
  if (sid !== undefined && typeof sid !== 'string') return fail('Syntax errors in policy.');
  oneOf(value, 'Action', 'NotAction');
  oneOf(value, 'Resource', 'NotResource');
  const principals = readPrincipals(value['Principal']);
  const statement: Statement = {
    effect,
    ...(sid === undefined ? {} : { sid }),
    ...listOf(value, 'Action', 'actions'),
    ...listOf(value, 'NotAction', 'notActions'),
    ...listOf(value, 'Resource', 'resources'),
    ...listOf(value, 'NotResource', 'notResources'),
    ...(principals === undefined ? {} : { principals }),
    conditions: readConditions(value['Condition']),
  };
  if (statement.actions === undefined && statement.notActions === undefined) {
    fail('Policy statement must contain actions.');
  }
  checkActions([...(statement.actions ?? []), ...(statement.notActions ?? [])]);
  checkResources([...(statement.resources ?? []), ...(statement.notResources ?? [])]);
  return statement;
};

/** Reads a policy; throws `PolicyDocumentError` with AWS's text. Which elements it must have depends on its use. */
export const parsePolicy = (text: string): readonly Statement[] => {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return fail('This policy contains invalid Json');
  }
  if (!isObject(document)) return fail('Syntax errors in policy.');
  const { Version: version, Statement: statements } = document;
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17')
    fail('Syntax errors in policy.');
  if (statements === undefined) return fail('Syntax errors in policy.');
  const list: readonly unknown[] = Array.isArray(statements) ? statements : [statements];
  return list.map(readStatement);
};

/** Reads a policy of a role: resources and no principals. */
export const parseIdentityPolicy = (text: string): readonly Statement[] => {
  const statements = parsePolicy(text);
  for (const { principals, resources, notResources } of statements) {
    if (principals !== undefined) fail('Policy document should not specify a principal.');
    if (resources === undefined && notResources === undefined)
      fail('Policy statement must contain resources.');
  }
  return statements;
};

/** Reads a trust policy: principals and no resources. */
export const parseTrustPolicy = (text: string): readonly Statement[] => {
  const statements = parsePolicy(text);
  for (const { principals, resources, notResources } of statements) {
    if (principals === undefined) fail('AssumeRole policy must contain a principal.');
    if (resources !== undefined || notResources !== undefined) fail('Has prohibited field Resource');
  }
  return statements;
};
