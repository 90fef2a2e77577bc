import { testCondition } from './condition-operators.ts';
import type { Conditions, Statement } from './policy-document.ts';
import { compileWildcard } from './wildcard.ts';

/**
 * Condition keys of a request, lower case, with their values; an empty list is a key that is known to be absent. A key that
 * is not here cannot be known locally (`ec2:ResourceTag/...`): such a condition is taken as met in an `Allow` and as not met
 * in a `Deny`, so that the local cloud never refuses what AWS may allow.
 */
export type ConditionContext = ReadonlyMap<string, readonly string[]>;

/** What IAM decides about one action on one resource. */
export type Decision = 'allow' | 'implicit-deny' | 'explicit-deny';

interface CompiledStatement {
  readonly effect: 'Allow' | 'Deny';
  matchesAction(action: string): boolean;
  matchesResource(resource: string, context: ConditionContext): boolean;
  readonly conditions: Conditions;
}

/** Statements ready to be asked many times. */
export interface CompiledPolicy {
  decide(action: string, resource: string, context: ConditionContext): Decision;
}

const anyOf = (matchers: readonly ((text: string) => boolean)[]) => (text: string) =>
  matchers.some((matches) => matches(text));

// `${aws:PrincipalAccount}` in resources and condition values.
const substitute = (pattern: string, context: ConditionContext): string =>
  pattern.replaceAll(
    /\$\{([A-Za-z][^}]*)\}/g,
    (whole, key: string) => context.get(key.toLowerCase())?.[0] ?? whole,
  );

const resourceMatcher = (patterns: readonly string[]): CompiledStatement['matchesResource'] => {
  const fixed = anyOf(patterns.filter((each) => !each.includes('${')).map((each) => compileWildcard(each)));
  const variable = patterns.filter((each) => each.includes('${'));
  return (resource, context) =>
    fixed(resource) || variable.some((each) => compileWildcard(substitute(each, context))(resource));
};

const matchesResource = (statement: Statement): CompiledStatement['matchesResource'] => {
  const { resources, notResources } = statement;
  if (notResources !== undefined) {
    const excluded = resourceMatcher(notResources);
    return (resource, context) => !excluded(resource, context);
  }
  const included = resourceMatcher(resources ?? ['*']);
  // '*' is an operation without a resource of its own: an Allow counts whatever it is limited to.
  return (resource, context) =>
    (resource === '*' && statement.effect === 'Allow') || included(resource, context);
};

const compile = (statement: Statement): CompiledStatement => {
  const patterns = statement.notActions ?? statement.actions ?? [];
  const named = anyOf(patterns.map((pattern) => compileWildcard(pattern, { ignoreCase: true })));
  return {
    effect: statement.effect,
    conditions: statement.conditions,
    matchesAction: statement.notActions === undefined ? named : (action) => !named(action),
    matchesResource: matchesResource(statement),
  };
};

const meets = ({ effect, conditions }: CompiledStatement, context: ConditionContext): boolean =>
  Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const actual = context.get(key.toLowerCase());
      if (actual === undefined) return effect === 'Allow';
      return testCondition(
        operator,
        actual,
        wanted.map((each) => substitute(each, context)),
      );
    }),
  );

/** Prepares statements for decisions: an explicit deny wins, then any allow, else no. */
export const compilePolicy = (statements: readonly Statement[]): CompiledPolicy => {
  const compiled = statements.map(compile);
  const byAction = new Map<string, readonly CompiledStatement[]>();
  const about = (action: string): readonly CompiledStatement[] => {
    const known = byAction.get(action);
    if (known !== undefined) return known;
    const found = compiled.filter((statement) => statement.matchesAction(action));
    byAction.set(action, found);
    return found;
  };
  return {
    decide: (action, resource, context) => {
      const matching = about(action).filter(
        (statement) => statement.matchesResource(resource, context) && meets(statement, context),
      );
      if (matching.some(({ effect }) => effect === 'Deny')) return 'explicit-deny';
      return matching.length > 0 ? 'allow' : 'implicit-deny';
    },
  };
};
