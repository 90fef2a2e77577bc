import type { Input } from './action-names.ts';
import { permissionsOf } from './action-names.ts';
import type { CloudContext } from '../cloud-context.ts';
import { AwsError } from '../errors.ts';
import type { Caller } from '../identity.ts';
import type { Protocol, Service } from '../service.ts';

// Code and status per protocol as AWS answers them; Amazon EC2 and Amazon S3 have their own.
const denials: Readonly<Record<Protocol, readonly [code: string, status: number]>> = {
  ec2: ['UnauthorizedOperation', 403],
  query: ['AccessDenied', 403],
  'json-1.0': ['AccessDeniedException', 400],
  'json-1.1': ['AccessDeniedException', 400],
  'rest-json': ['AccessDeniedException', 403],
  'rest-xml': ['AccessDenied', 403],
};

const denied = (protocol: Protocol, text: string): AwsError => {
  const [code, status] = denials[protocol];
  const message = protocol === 'ec2' ? `You are not authorized to perform this operation. ${text}` : text;
  return new AwsError(code, message, { status });
};

const resourcesOf = (service: Service, operation: string, input: object): readonly string[] => {
  const resources = service.resources[operation] as ((input: object) => readonly string[]) | undefined;
  return resources?.(input) ?? ['*'];
};

/** What a permission check needs of the context. */
export type PermissionScope = Pick<CloudContext, 'region' | 'accountId'> & {
  readonly backplane: Pick<CloudContext['backplane'], 'refusal'>;
};

/** Throws the service's access-denied error when a role may not call the operation with this input. */
export const authorise = (
  scope: PermissionScope,
  service: Service,
  operation: string,
  input: object,
  caller: Caller,
): void => {
  if (caller.kind !== 'role') return;
  const { name, protocol } = service.facts;
  const permissions = permissionsOf(name, operation, input as Input, scope);
  for (const permission of permissions) {
    const resources = permission.resources ?? resourcesOf(service, operation, input);
    const refusal = scope.backplane.refusal(caller, permission.action, resources);
    if (refusal !== undefined) throw denied(protocol, refusal);
  }
};
