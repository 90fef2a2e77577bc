import { validationError } from './errors.ts';

/** Checks the name of a load balancer or target group: 1..32 letters, digits and hyphens, no hyphen at an end. */
export const checkResourceName = (
  kind: 'Load balancer' | 'Target group',
  name: string | undefined,
): string => {
  const given = name ?? '';
  if (given.length > 32)
    throw validationError(`${kind} name '${given}' cannot be longer than '32' characters`);
  if (!/^[A-Za-z0-9-]+$/.test(given))
    throw validationError(
      `${kind} name '${given}' can only contain characters that are alphanumeric characters or hyphens(-)`,
    );
  if (given.startsWith('-') || given.endsWith('-'))
    throw validationError(`${kind} name '${given}' cannot begin or end with '-'`);
  return given;
};
