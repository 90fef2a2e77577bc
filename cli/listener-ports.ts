import type { Environment } from '#pipeline/environments/environment';
import { UserError } from './user-error.ts';

/** The ports on which the environments answer, by the environments' names, in their order. */
export type ListenerPorts = Readonly<Record<string, number>>;

const HIGHEST = 65_535;

/** What the options of a command say of ports. */
export interface PortOptions {
  /** The first environment's; the others keep their distance from it. */
  readonly listenerPort?: number;
  /** By the environments' names; wins. */
  readonly portOf?: ListenerPorts;
}

const checkPossible = (ports: ListenerPorts): void => {
  const taken = new Map<number, string>();
  for (const [name, port] of Object.entries(ports)) {
    const other = taken.get(port);
    if (other !== undefined) {
      throw new UserError(
        `port ${port} cannot be both that of '${other}' and that of '${name}'`,
        `--port-of ${name}=${port + 1}`,
      );
    }
    if (port < 1 || port > HIGHEST) {
      throw new UserError(
        `'${name}' would have port ${port}, which keeps its distance from the first environment's`,
        `--port-of ${name}=8081`,
      );
    }
    taken.set(port, name);
  }
};

/**
 * The environments' ports as the environments file says, unless an option says otherwise. `listenerPort` moves all of them,
 * so that a second Kiln on the same host needs one option.
 * @throws UserError for an environment that is not there, or one port for two
 */
export const listenerPorts = (
  environments: readonly Pick<Environment, 'name' | 'port'>[],
  { listenerPort, portOf = {} }: PortOptions,
): ListenerPorts => {
  const names = environments.map(({ name }) => name);
  const unknown = Object.keys(portOf).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UserError(
      `there is no environment '${unknown}' to give a port to, only: ${names.join(', ')}`,
      `--port-of ${names[0] ?? 'dev'}=8080`,
    );
  }
  const first = environments[0]?.port ?? 0;
  const distance = (listenerPort ?? first) - first;
  const ports = Object.fromEntries(
    environments.map(({ name, port }) => [name, portOf[name] ?? port + distance]),
  );
  checkPossible(ports);
  return ports;
};
