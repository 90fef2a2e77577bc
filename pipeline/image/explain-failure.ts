import { tailOf } from '../machine/console.ts';

/** What is known of a machine that did not become healthy. */
export interface MachineObservation {
  /** EC2's state, for example `running` or `terminated`. */
  readonly state: string;
  readonly console: string;
  readonly port: number;
  readonly healthPath: string;
  /** What the balancer says of its last health check. */
  readonly health: string;
  readonly seconds: number;
}

// An uncaught error of Node.js takes about 20 lines, and its first ones say where it was thrown.
const TAIL_LINES = 24;

const lastMatch = (console: string, pattern: RegExp): string | undefined =>
  [...console.matchAll(pattern)].at(-1)?.[0].replace(/^kiln: /, '');

/** The error that Node.js ended with, and the line of the artifact that threw it. */
const uncaughtError = (console: string): string => {
  const error = [...console.matchAll(/^(?:[A-Z]\w*)?Error(?: \[\w+\])?: .*$/gm)].at(-1);
  if (error === undefined) return '';
  const place = /^(?:file:\/\/)?\/app\/(\S+:\d+)$/m.exec(console)?.[1];
  return `: ${error[0]}${place === undefined ? '' : ` in ${place}`}`;
};

const finding = (machine: MachineObservation): string => {
  const exit = lastMatch(machine.console, /^kiln: app (?:exited|was killed|killed).*$/gm);
  if (exit !== undefined) return exit + uncaughtError(machine.console);
  const panic = lastMatch(machine.console, /^.*Kernel panic.*$/gm);
  if (panic !== undefined) return `the machine did not boot: ${panic.trim()}`;
  if (machine.state !== 'running') return `the machine is '${machine.state}' and did not say why`;
  const listening = lastMatch(machine.console, /^kiln: app (?:listens|does not listen).*$/gm);
  if (listening?.includes('expected') === true) return listening;
  if (listening === undefined) return `the app did not start to listen on port ${machine.port}`;
  return `GET ${machine.healthPath} on port ${machine.port} never passed: ${machine.health}`;
};

/** Says in one sentence what a machine did instead of becoming healthy, and shows the end of its console. */
export const explainFailure = (machine: MachineObservation): string =>
  `${finding(machine)} (tried for ${machine.seconds.toFixed(1)} s)\nconsole:\n${tailOf(machine.console, TAIL_LINES)}`;
