import type { Backplane, CloudContext } from '../cloud-context.ts';
import type { Caller } from '../identity.ts';
import { type CompiledPolicy, compilePolicy, type ConditionContext } from './evaluate.ts';
import { parseIdentityPolicy } from './policy-document.ts';
import type { RoleStore, StoredRole } from './role-store.ts';

/** Decides about calls of roles. */
export interface Authoriser {
  readonly refusal: Backplane['refusal'];
  /** Forgets what was compiled for a role (or all), because its policies changed. */
  forget(roleName?: string): void;
}

interface CompiledRole {
  readonly policy: CompiledPolicy;
  readonly context: ConditionContext;
}

// Global condition keys whose value is the same for every call of a role ("AWS global condition context keys").
const conditionContext = (role: StoredRole, accountId: string, region: string): ConditionContext =>
  new Map<string, readonly string[]>([
    ['aws:principalarn', [role.arn]],
    ['aws:principalaccount', [accountId]],
    ['aws:principaltype', ['AssumedRole']],
    ['aws:principalisawsservice', ['false']],
    ['aws:viaawsservice', ['false']],
    ['aws:resourceaccount', [accountId]],
    ['aws:requestedregion', [region]],
    ['aws:sourceip', ['127.0.0.1']],
    // Plain HTTP on the loopback stands for TLS, which AWS's endpoints would have.
    ['aws:securetransport', ['true']],
    ['aws:multifactorauthpresent', []],
    ...role.tags.map(({ Key, Value }): [string, readonly string[]] => [
      `aws:principaltag/${Key.toLowerCase()}`,
      [Value],
    ]),
  ]);

const denied = (caller: Caller, action: string, resource: string, reason: string): string => {
  const on = resource === '*' ? '' : ` on resource: ${resource}`;
  return `User: ${caller.arn} is not authorized to perform: ${action}${on} ${reason}`;
};

/** Decides from the stored policies; each role's are parsed once and kept until `forget`. */
export const createAuthoriser = (
  { accountId, region }: Pick<CloudContext, 'accountId' | 'region'>,
  store: RoleStore,
): Authoriser => {
  const compiledRoles = new Map<string, CompiledRole>();
  const used = new Map<string, Set<string>>();

  const compiled = (roleName: string): CompiledRole | undefined => {
    const known = compiledRoles.get(roleName);
    if (known !== undefined) return known;
    const role = store.roles.get(roleName);
    if (role === undefined) return undefined;
    const statements = store.policiesOf(role).flatMap(({ document }) => parseIdentityPolicy(document));
    const created = {
      policy: compilePolicy(statements),
      context: conditionContext(role, accountId, region),
    };
    compiledRoles.set(roleName, created);
    return created;
  };

  // Written once per role and action, for the report of unused grants.
  const recordUse = (role: string, action: string): void => {
    let actions = used.get(role);
    if (actions === undefined) {
      actions = new Set(store.usedActions.keys(`${role}\n`).map((key) => key.slice(role.length + 1)));
      used.set(role, actions);
    }
    if (actions.has(action)) return;
    actions.add(action);
    store.usedActions.put(`${role}\n${action}`, { role, action });
  };

  return {
    refusal: (caller, action, resources) => {
      if (caller.kind !== 'role') return undefined;
      const roleName = caller.roleName ?? '';
      const role = compiled(roleName);
      for (const resource of resources) {
        const decision = role?.policy.decide(action, resource, role.context) ?? 'implicit-deny';
        if (decision === 'explicit-deny') {
          return denied(caller, action, resource, 'with an explicit deny in an identity-based policy');
        }
        if (decision === 'implicit-deny') {
          return denied(
            caller,
            action,
            resource,
            `because no identity-based policy allows the ${action} action`,
          );
        }
      }
      recordUse(roleName, action);
      return undefined;
    },
    forget: (roleName) => {
      if (roleName === undefined) compiledRoles.clear();
      else compiledRoles.delete(roleName);
    },
  };
};
