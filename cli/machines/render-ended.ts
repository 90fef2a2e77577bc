import type { EndedMachine } from '#pipeline/machine/ended-machine';
import { ageOf, spanOf } from '../age.ts';
import type { Column } from '../output.ts';

/** The table of `kiln ps --ended`. */
export const endedColumns = (now: Date): Column[] => [
  { title: 'machine', text: (machine: EndedMachine) => machine.instanceId },
  { title: 'app', text: (machine: EndedMachine) => machine.app },
  { title: 'release', text: (machine: EndedMachine) => machine.version },
  { title: 'env', text: (machine: EndedMachine) => machine.environment },
  { title: 'zone', text: (machine: EndedMachine) => machine.zone },
  { title: 'reason', text: (machine: EndedMachine) => machine.reason },
  { title: 'age', text: (machine: EndedMachine) => spanOf(machine.ageSeconds) },
  { title: 'ended', text: (machine: EndedMachine) => `${ageOf(machine.endedAt, now)} ago` },
];

/** What ended a machine, in a sentence and a line for what AWS says. */
export const renderEnd = (machine: EndedMachine, now: Date): string =>
  [
    `${machine.instanceId}, ${machine.app} ${machine.version} in ${machine.environment}, ended ${ageOf(machine.endedAt, now)} ago after ${spanOf(machine.ageSeconds)}: ${machine.reason}`,
    ...(machine.detail === '' ? [] : [`  ${machine.detail}`]),
  ].join('\n');
