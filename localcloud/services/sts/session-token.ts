import type { GetSessionTokenCommandInput, GetSessionTokenCommandOutput } from '@aws-sdk/client-sts';
import type { DurableCredentialStore } from '../../policies/credential-store.ts';
import type { Call } from '../../service.ts';
import { credentialsMember } from './assume-role.ts';
import { sessionTokenDenied, validationError } from './errors.ts';

// "GetSessionToken": 12 hours unless told, 15 minutes to 36 hours; one hour at most for the account owner.
const rootSeconds = 3600;

/** GetSessionToken: temporary credentials with the caller's own permissions; not for roles. */
export const getSessionToken = (
  credentials: DurableCredentialStore,
  input: GetSessionTokenCommandInput,
  { caller }: Call,
): Omit<GetSessionTokenCommandOutput, '$metadata'> => {
  if (caller.kind === 'role') throw sessionTokenDenied();
  const seconds = input.DurationSeconds ?? rootSeconds;
  if (seconds < 900 || seconds > 129_600) {
    throw validationError(
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 129600`,
    );
  }
  return {
    Credentials: credentialsMember(credentials.issueForCaller(caller, Math.min(seconds, rootSeconds))),
  };
};
