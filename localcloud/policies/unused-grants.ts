import type { Store } from '../store.ts';
import { parseIdentityPolicy } from './policy-document.ts';
import { openRoleStore } from './role-store.ts';
import { compileWildcard } from './wildcard.ts';

/** An action that a policy allows and the role never used. */
export interface UnusedGrant {
  /** Name of an inline policy or ARN of a managed one. */
  readonly policy: string;
  readonly sid?: string;
  /** As the policy writes it, wildcards included. */
  readonly action: string;
  readonly resources: readonly string[];
}

/** Lists the grants of a role that no call has needed since the role exists; empty for an unknown role. */
export const unusedGrants = (store: Store, roleName: string): readonly UnusedGrant[] => {
  const roles = openRoleStore(store);
  const role = roles.roles.get(roleName);
  if (role === undefined) return [];
  const used = roles.usedActions
    .list(`${roleName}\n`)
    .filter((each) => each.role === roleName)
    .map(({ action }) => action);
  return roles.policiesOf(role).flatMap(({ name, document }) =>
    parseIdentityPolicy(document)
      .filter(({ effect }) => effect === 'Allow')
      .flatMap(({ sid, actions = [], resources = [] }) =>
        actions
          .filter((action) => !used.some(compileWildcard(action, { ignoreCase: true })))
          .map((action) => ({ policy: name, ...(sid === undefined ? {} : { sid }), action, resources })),
      ),
  );
};
