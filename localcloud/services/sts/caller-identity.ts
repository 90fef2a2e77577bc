import type { GetCallerIdentityCommandOutput } from '@aws-sdk/client-sts';
import type { RoleStore } from '../../policies/role-store.ts';
import type { Call } from '../../service.ts';

/** GetCallerIdentity; needs no permission. */
export const getCallerIdentity = (
  store: RoleStore,
  { caller }: Call,
): Omit<GetCallerIdentityCommandOutput, '$metadata'> => {
  const role = caller.roleName === undefined ? undefined : store.roles.get(caller.roleName);
  const session = caller.arn.slice(caller.arn.lastIndexOf('/') + 1);
  return {
    UserId: caller.kind === 'role' ? `${role?.id ?? caller.roleName}:${session}` : caller.accountId,
    Account: caller.accountId,
    Arn: caller.arn,
  };
};
