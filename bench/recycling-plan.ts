/** Plans recycling for 100,000 and 1,000,000 machines, each plan in a fresh process, and holds seconds and memory against the aims. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median } from './measure.ts';
import { record } from './record.ts';

const ROUNDS = 5;
const FLEETS = [
  { machines: 100_000, groups: 500, environments: 30, aimSeconds: 2, aimMiB: 286 },
  { machines: 1_000_000, groups: 5000, environments: 30, aimSeconds: 25 },
] as const;

interface LargePlan {
  readonly seconds: number;
  readonly peakMiB: number;
  readonly groups: number;
  readonly replaced: number;
  readonly skipped: number;
}

const execute = promisify(execFile);

async function planInChild(fleet: (typeof FLEETS)[number]): Promise<LargePlan> {
  const { machines, groups, environments } = fleet;
  const program = join(import.meta.dirname, 'plan-large-fleet.ts');
  const { stdout } = await execute(process.execPath, [
    program,
    ...[machines, groups, environments].map(String),
  ]);
  const plan = JSON.parse(stdout) as LargePlan;
  if (plan.replaced === 0) throw new Error(`nothing was planned for ${machines} machines`);
  return plan;
}

const measured = [];
for (const fleet of FLEETS) {
  const plans: LargePlan[] = [];
  for (let round = 0; round < ROUNDS; round += 1) plans.push(await planInChild(fleet));
  measured.push({
    fleet,
    plans,
    name: `${fleet.machines.toLocaleString('en')} machines`,
    seconds: median(plans.map(({ seconds }) => seconds)),
    peakMiB: median(plans.map(({ peakMiB }) => peakMiB)),
  });
}

await record({
  name: 'recycling-plan',
  subject: `One recycling plan over ${FLEETS.map(({ machines, groups, environments }) => `${machines.toLocaleString('en')} machines in ${groups} groups and ${environments} environments`).join(', and ')}, in a fresh process: seconds of the plan alone, memory of the whole process with Node and the fleet`,
  figures: measured.flatMap(({ fleet, name, seconds, peakMiB }) => [
    {
      name: `plan for ${name} to the aim of ${fleet.aimSeconds} s`,
      value: seconds / fleet.aimSeconds,
      unit: 'x' as const,
      aim: 1,
    },
    ...('aimMiB' in fleet
      ? [
          {
            name: `peak memory for ${name} to the aim of 300 MB`,
            value: peakMiB / fleet.aimMiB,
            unit: 'x' as const,
            aim: 1,
          },
        ]
      : []),
    { name: `peak memory for ${name}`, value: peakMiB, unit: 'MiB' as const },
  ]),
  unit: 's',
  samples: Object.fromEntries(measured.map(({ name, plans }) => [name, plans.map(({ seconds }) => seconds)])),
  details: { plans: measured.map(({ name, plans }) => ({ name, ...plans[0] })) },
});
