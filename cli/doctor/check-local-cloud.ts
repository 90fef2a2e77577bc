import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { baseKey } from '#bakery/base/ensure-base';
import { lockState, StateInUseError } from '#localcloud/state-lock';
import { isPortFree, portOption } from '../check-ports.ts';
import type { KilnPorts } from '../check-ports.ts';
import { kilnHome } from '../home.ts';
import type { Finding } from './finding.ts';

/** The base machine of the present sources. */
export const checkBase = async (): Promise<Finding> => {
  const isBuilt = existsSync(join(kilnHome(), 'bases', await baseKey(), 'base.json'));
  return isBuilt
    ? { check: 'base machine', status: 'ok', found: 'built' }
    : {
        check: 'base machine',
        status: 'note',
        found: 'not built yet: the next start does it, in a minute or so',
      };
};

/** Process id of the local cloud on this KILN_HOME; undefined when none runs. */
const findOwner = (stateDir: string): string | undefined => {
  try {
    lockState(stateDir)();
    return undefined;
  } catch (error) {
    if (error instanceof StateInUseError) return error.pid;
    throw error;
  }
};

const checkPort = async (
  check: string,
  port: number,
  option: (another: number) => string,
  isRunning: boolean,
): Promise<Finding> => {
  if (await isPortFree(port)) return { check, status: 'ok', found: `${port} is free` };
  if (isRunning) return { check, status: 'ok', found: `${port} is in use while the local cloud runs` };
  return {
    check,
    status: 'missing',
    found: `${port} is in use by another program`,
    remedy: `npm start -- ${option(port + 1)}`,
  };
};

/** The local cloud on this KILN_HOME, and the ports that it takes. */
export const checkLocalCloud = async (ports: KilnPorts): Promise<Finding[]> => {
  const check = 'local cloud';
  const stateDir = join(kilnHome(), 'cloud');
  const hasState = existsSync(stateDir);
  const owner = hasState ? findOwner(stateDir) : undefined;
  const stopped = hasState ? 'not running; its state is kept' : 'never started on this KILN_HOME';
  const isRunning = owner !== undefined;
  const listeners = Object.entries(ports.listeners).map(([name, port]) =>
    checkPort(`${name} port`, port, (another) => portOption(name, another, ports), isRunning),
  );
  return [
    await checkPort('cloud port', ports.port, (another) => `--port ${another}`, isRunning),
    ...(await Promise.all(listeners)),
    owner === undefined
      ? { check, status: 'note', found: `${stopped}: npm start` }
      : { check, status: 'ok', found: `runs as process ${owner}` },
  ];
};
