import { STACK_NAME } from '#cli/stack';
import { dueKill } from '#pipeline/chaos/chaos-calendar';
import { localTime } from '#pipeline/chaos/local-time';
import type { DeployedEnvironment, ChaosPolicy } from '#pipeline/environments/environment';

const MINUTE = 60_000;

/** A policy whose calendar has a kill of `hello` for this moment, as the environment's otherwise. */
export const dueNow = ({ name, chaos }: DeployedEnvironment): ChaosPolicy => {
  const owner = { seed: STACK_NAME, environment: name, app: 'hello' };
  const zones = Array.from({ length: 12 }, (_, n) => `Etc/GMT+${n + 1}`);
  for (const timeZone of ['UTC', ...zones]) {
    // Not when its hour is nearly over.
    const times = [0, 10 * MINUTE].map((later) => localTime(new Date(Date.now() + later), timeZone));
    for (let from = 0; from < 24; from += 1)
      for (let until = from + 1; until <= 24; until += 1) {
        const candidate = { ...chaos, timeZone, hours: { from, until } };
        if (times.every((time) => dueKill(owner, time, candidate) !== undefined)) return candidate;
      }
  }
  throw new Error('no policy has a kill now');
};
