import type { PermissionScope } from './gateway/authorise.ts';
import { authorise } from './gateway/authorise.ts';
import { AwsError } from './errors.ts';
import type { CallDoor } from './faults/call-door.ts';
import { ConnectionLostError } from './faults/perform-call.ts';
import { readModel } from './protocols/model.ts';
import { checkRequiredMembers } from './protocols/required-members.ts';
import type { Call, PeerName, Peers, Service } from './service.ts';

type Operation = (input: object, call: Call) => Promise<unknown>;

/** The error for an operation that AWS has and the local cloud does not. */
export const notImplemented = (service: string, operation: string): AwsError =>
  new AwsError('NotImplemented', `the local cloud does not implement ${service}:${operation}`, {
    status: 501,
  });

const missingService = (name: string): AwsError =>
  new AwsError('NotImplemented', `the local cloud runs without the service '${name}'`, { status: 501 });

/** Services calling each other in the process, held to the same permissions as over the wire. */
export const createPeers = (
  services: ReadonlyMap<string, Service>,
  scope: PermissionScope,
  door: CallDoor,
): Peers => {
  const perform = async (name: string, operation: string, input: object, details: Call): Promise<unknown> => {
    const service = services.get(name);
    if (service === undefined) throw missingService(name);
    const run = service.operations[operation] as Operation | undefined;
    if (run === undefined) throw notImplemented(name, operation);
    const shape = readModel(service.module).operations.get(operation)?.input;
    const { caller } = details;
    const call = { service: name as PeerName, action: operation, input, caller };
    try {
      const { output } = await door(call, (given) => {
        if (shape !== undefined) checkRequiredMembers(service.facts, shape, given);
        authorise(scope, service, operation, given, caller);
        return run(given, details);
      });
      return output;
    } catch (error) {
      // There is no connection inside the process; AWS services take each other's silence for such a failure.
      if (error instanceof ConnectionLostError)
        throw new AwsError('InternalFailure', error.message, { status: 500 });
      throw error;
    }
  };

  const peer = (name: string): object => {
    const operations = new Map<string, Operation>();
    return new Proxy(
      {},
      {
        get: (_, operation) => {
          if (typeof operation !== 'string' || operation === 'then') return undefined;
          const known = operations.get(operation);
          if (known !== undefined) return known;
          const created: Operation = (input, details) => perform(name, operation, input, details);
          operations.set(operation, created);
          return created;
        },
      },
    );
  };

  const peers = new Map<string, object>();
  return new Proxy({} as Peers, {
    get: (_, name) => {
      if (typeof name !== 'string' || name === 'then') return undefined;
      const known = peers.get(name) ?? peer(name);
      peers.set(name, known);
      return known;
    },
  });
};
