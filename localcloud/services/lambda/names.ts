import type { CloudContext } from '../../cloud-context.ts';
import { validationFailed } from './errors.ts';

/** A function and, if told, one of its versions or aliases. */
export interface FunctionReference {
  readonly name: string;
  readonly qualifier?: string;
}

const reference =
  /^(?:(?:arn:aws:lambda:[a-z0-9-]+:\d{12}:)?function:|\d{12}:function:)?([a-zA-Z0-9-_]{1,64})(?::(\$LATEST|[a-zA-Z0-9-_]{1,128}))?$/;

/** Reads a function's name, partial ARN or ARN, with an optional qualifier inside or beside it. */
export const parseFunctionReference = (
  functionName: string | undefined,
  qualifier?: string,
): FunctionReference => {
  const [, name, inner] = reference.exec(functionName ?? '') ?? [];
  if (name === undefined) {
    throw validationFailed(
      `1 validation error detected: Value '${functionName}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
    );
  }
  if (inner !== undefined && qualifier !== undefined && inner !== qualifier) {
    throw validationFailed(
      'The derived qualifier from the function name does not match the specified qualifier.',
    );
  }
  const chosen = qualifier ?? inner;
  return chosen === undefined ? { name } : { name, qualifier: chosen };
};

/** `arn:aws:lambda:<region>:<account>:function:<name>[:<qualifier>]`. */
export const functionArn = (
  context: Pick<CloudContext, 'region' | 'accountId'>,
  { name, qualifier }: FunctionReference,
): string =>
  [`arn:aws:lambda:${context.region}:${context.accountId}:function:${name}`, qualifier]
    .filter((part) => part !== undefined)
    .join(':');
