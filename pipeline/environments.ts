/** How an environment runs its applications. */
export interface Environment {
  readonly name: string;
  /** Machines of an app's first release there; later ones take over what runs. */
  readonly machines: number;
  /** How long a machine that leaves the balancer may finish its requests. */
  readonly drainSeconds: number;
  /** How long a change of weights takes to reach every node of the balancer. */
  readonly settleSeconds: number;
  /** How long a machine may take to answer its health check before it is replaced. */
  readonly healthGraceSeconds: number;
}

/** The environments that a release goes through, in order. */
export const environments: readonly Environment[] = [
  { name: 'dev', machines: 2, drainSeconds: 10, settleSeconds: 2, healthGraceSeconds: 120 },
];

/**
 * The environment of that name.
 * @throws Error for a name that is not configured
 */
export const environmentNamed = (name: string): Environment => {
  const environment = environments.find((candidate) => candidate.name === name);
  if (environment === undefined) {
    const known = environments.map((candidate) => candidate.name).join(', ');
    throw new Error(`environment '${name}' is not configured, expected one of: ${known}`);
  }
  return environment;
};
