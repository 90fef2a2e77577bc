import type { Caller } from '../identity.ts';
import { compilePolicy, type ConditionContext } from './evaluate.ts';
import { parseTrustPolicy, type Principals } from './policy-document.ts';
import type { StoredRole } from './role-store.ts';
import { compileWildcard } from './wildcard.ts';

const namesOf = (caller: Caller, callerRole: StoredRole | undefined): readonly string[] => [
  caller.arn,
  caller.accountId,
  `arn:aws:iam::${caller.accountId}:root`,
  ...(callerRole === undefined ? [] : [callerRole.arn]),
];

const names = (principals: Principals, caller: Caller, callerRole: StoredRole | undefined): boolean => {
  if (caller.kind === 'service') return (principals['Service'] ?? []).includes(caller.arn);
  const own = namesOf(caller, callerRole);
  return (principals['AWS'] ?? []).some((principal) => own.some(compileWildcard(principal)));
};

/** Does a role's trust policy let the caller assume it? `context` holds the condition keys of the request. */
export const trusts = (
  role: StoredRole,
  caller: Caller,
  callerRole: StoredRole | undefined,
  context: ConditionContext,
): boolean => {
  const statements = parseTrustPolicy(role.trust).filter(({ principals }) =>
    names(principals ?? {}, caller, callerRole),
  );
  return compilePolicy(statements).decide('sts:AssumeRole', '*', context) === 'allow';
};
