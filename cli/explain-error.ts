import { ToolError } from '#bakery/base/run-tool';
import { MachineLaunchError } from '#localcloud/hypervisor/driver';
import { isUnreachable, localEndpoint, usesAccount } from './connection.ts';
import { kilnHome } from './home.ts';
import { UserError } from './user-error.ts';

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ENOSPC: 'no space left on the disk',
  ENOTDIR: 'a part of the path is no folder',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
};

/** Names of errors that say that the AWS SDK's own settings name no usable account. */
const ACCOUNT_PROBLEMS = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
]);

/** The error as one that the user can mend, when it is one that surroundings cause; undefined for a bug of ours. */
export const explainError = (error: unknown): UserError | undefined => {
  if (error instanceof UserError) return error;
  if (error instanceof Error && ACCOUNT_PROBLEMS.has(error.name)) {
    return new UserError(`cannot use the AWS account: ${error.message}`, 'aws sts get-caller-identity', {
      cause: error,
    });
  }
  if (isUnreachable(error) && usesAccount()) {
    return new UserError('no AWS API answers', 'look at the network and at AWS_REGION', { cause: error });
  }
  if (isUnreachable(error)) {
    return new UserError(`no local cloud answers at ${localEndpoint()}`, 'npm start, in another terminal', {
      cause: error,
    });
  }
  if (error instanceof ToolError || error instanceof MachineLaunchError) {
    return new UserError(error.message, 'kiln doctor', { cause: error });
  }
  const { code = '', path } = error as NodeJS.ErrnoException;
  const problem = FILE_PROBLEMS[code];
  if (problem === undefined || path === undefined) return undefined;
  return new UserError(
    `cannot use '${path}': ${problem}`,
    `mend that, or use another KILN_HOME than '${kilnHome()}'`,
    {
      cause: error,
    },
  );
};
