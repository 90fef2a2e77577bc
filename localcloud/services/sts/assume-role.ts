import type { AssumeRoleCommandInput, AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import type { CloudContext } from '../../cloud-context.ts';
import type { Call } from '../../service.ts';
import type { CredentialStore, IssuedCredentials } from '../../identity.ts';
import { roleNameOf, type RoleStore } from '../../policies/role-store.ts';
import { trusts } from '../../policies/trust.ts';
import { assumeRoleDenied, validationError } from './errors.ts';

type Output<T> = Omit<T, '$metadata'>;

const defaultSeconds = 3600;

/** Credentials as STS answers them. */
export const credentialsMember = (
  issued: IssuedCredentials,
): NonNullable<AssumeRoleCommandOutput['Credentials']> => ({
  AccessKeyId: issued.accessKeyId,
  SecretAccessKey: issued.secretAccessKey,
  SessionToken: issued.sessionToken,
  Expiration: new Date(issued.expiresAt ?? 0),
});

const checkSession = (name: string, seconds: number, longest: number): void => {
  if (!/^[\w+=,.@-]{2,64}$/.test(name)) {
    throw validationError(
      `1 validation error detected: Value '${name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  }
  if (seconds < 900) {
    throw validationError(
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900`,
    );
  }
  if (seconds > longest) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
};

/** AssumeRole: the role's trust policy decides. */
export const assumeRole = (
  context: CloudContext,
  store: RoleStore,
  credentials: CredentialStore,
  input: AssumeRoleCommandInput,
  call: Call,
): Output<AssumeRoleCommandOutput> => {
  const {
    RoleArn: arn = '',
    RoleSessionName: session = '',
    DurationSeconds: seconds = defaultSeconds,
  } = input;
  const role = store.roles.get(roleNameOf(arn));
  if (role === undefined || role.arn !== arn) throw assumeRoleDenied(call.caller.arn, arn);
  checkSession(session, seconds, role.maxSessionSeconds);
  const callerRole = call.caller.roleName === undefined ? undefined : store.roles.get(call.caller.roleName);
  const conditions = new Map<string, readonly string[]>([
    ['aws:principalarn', [callerRole?.arn ?? call.caller.arn]],
    ['aws:principalaccount', [call.caller.accountId]],
    ['aws:requestedregion', [context.region]],
    ['sts:externalid', input.ExternalId === undefined ? [] : [input.ExternalId]],
    ['sts:rolesessionname', [session]],
  ]);
  if (!trusts(role, call.caller, callerRole, conditions)) throw assumeRoleDenied(call.caller.arn, arn);
  const issued = credentials.issueForRole(arn, session, seconds);
  return {
    Credentials: credentialsMember(issued),
    AssumedRoleUser: { AssumedRoleId: `${role.id}:${session}`, Arn: issued.caller.arn },
    PackedPolicySize: 0,
  };
};
