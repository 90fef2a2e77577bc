/** Counts the control-plane calls that recycling makes: to plan, for each machine that it replaces, and for the records of the ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { readMachines } from '#cli/machines';
import { readExecutionProgress } from '#cli/progress/execution-states';
import { recycleNow } from '#cli/recycle/recycle-now';
import { endedMachineKey } from '#pipeline/machine/ended-machine';
import type { InstanceId } from '#pipeline/model';
import type { PlanRecyclingInput } from '#pipeline/recycle/plan-recycling';
import { planRecyclingNow } from '#pipeline/recycle/plan-recycling';
import { largeFleet } from '#test/helpers/large-fleet';
import { poll } from '#test/helpers/poll';
import { stopSchedules } from '#test/helpers/stop-schedules';
import { startTraffic } from '#test/helpers/traffic';
import { createCallCounter } from './call-counter.ts';
import { byFunction, sumCalls } from './call-sums.ts';
import type { CallSums, CallsByFunction } from './call-sums.ts';
import { record } from './record.ts';
import { startRolloutBed } from './rollout-bed.ts';
import type { RolloutBed } from './rollout-bed.ts';

const APP = 'hello';
const REQUESTS_PER_SECOND = 100;
const PATIENCE_MS = 900_000;
const PLANNED = 20;
/** Of one and a hundred machines a tenth are replaced at once, at least one. */
const FLEETS = [1, 100] as const;
const BATCH = 10;
/** Calls for each machine, by size of the group: a single machine, and batches of ten. */
const AIMS: Readonly<Record<(typeof FLEETS)[number], number>> = { 1: 10, 100: 1 };

const PLANNING = new Set(['planRecycling']);
/** The functions of the state machine `replacement`. */
const REPLACING = new Set([
  'launchReplacements',
  'waitForReplacements',
  'retireInstances',
  'abandonReplacement',
]);
const RECORDING = new Set(['recordEndedMachine']);

const ENVIRONMENTS = `
environments:
  - name: drops
    capacity: { min: 1, desired: 1, max: 1 }
    rollout: { settleSeconds: 0 }
    drainSeconds: 1
    warmBlueMinutes: 0
${[PLANNED, ...FLEETS]
  .map(
    (machines) => `
  - name: fleet-${machines}
    capacity: { min: ${machines}, desired: ${machines}, max: ${machines + BATCH} }
    maximumUptimeMinutes: 1440
    rollout: { settleSeconds: 0 }
    drainSeconds: 5
    warmBlueMinutes: 0`,
  )
  .join('')}
`;

/** What one part of recycling called. */
interface Calls extends CallSums {
  readonly byFunction: CallsByFunction;
}

interface Replacing {
  readonly machines: (typeof FLEETS)[number];
  readonly batches: number;
  readonly seconds: number;
  readonly planning: Calls;
  readonly replacing: Calls;
  readonly recording: Calls;
}

const counter = createCallCounter();

const take = <Part extends string>(
  parts: Readonly<Record<Part, ReadonlySet<string>>>,
): Readonly<Record<Part, Calls>> => {
  const counts = counter.take();
  const taken = Object.entries<ReadonlySet<string>>(parts).map(([name, functions]) => {
    const own = counts.filter(({ caller }) => functions.has(caller));
    return [name, { ...sumCalls(own), byFunction: byFunction(own, functions) }] as const;
  });
  return Object.fromEntries(taken) as Readonly<Record<Part, Calls>>;
};

const recycle = (bed: RolloutBed, input: PlanRecyclingInput): ReturnType<typeof recycleNow> =>
  recycleNow({ app: APP, ...input }, { ...bed.kiln, signal: AbortSignal.timeout(PATIENCE_MS) });

const idsIn = async (bed: RolloutBed, environment: string): Promise<readonly string[]> =>
  (await readMachines(bed.kiln.connection, APP, environment)).map(({ instanceId }) => instanceId);

const waitForBlackBoxes = async (
  bed: RolloutBed,
  environment: string,
  ids: readonly string[],
): Promise<void> => {
  const left = new Set(ids);
  await poll(
    async () => {
      for (const id of left) {
        const key = endedMachineKey({ environment, app: APP, instanceId: id as InstanceId });
        if ((await bed.kiln.documents.read(key)) === undefined) return undefined;
        left.delete(id);
      }
      return true;
    },
    PATIENCE_MS,
    () => `${left.size} machines of '${environment}' left no black box`,
  );
  // What the last one calls after its document is written.
  await sleep(1000);
};

const countBatches = async (bed: RolloutBed, executions: readonly string[]): Promise<number> => {
  let batches = 0;
  for (const execution of executions) {
    const progress = await readExecutionProgress(execution, bed.kiln.connection.states);
    batches += progress?.states.filter(({ state }) => state === 'LaunchReplacements').length ?? 0;
  }
  return batches;
};

/** Nothing is due: what every look of the schedule costs. */
async function countPlanning(bed: RolloutBed): Promise<Calls> {
  const environment = `fleet-${PLANNED}`;
  await bed.ended(await bed.promote(bed.releases[1], environment));
  counter.take();
  const { replacements } = await recycle(bed, { environment });
  if (replacements.length > 0) throw new Error(`machines of '${environment}' are due at once`);
  return take({ planning: PLANNING }).planning;
}

/** Replaces every machine of a group under traffic. */
async function countReplacing(bed: RolloutBed, machines: Replacing['machines']): Promise<Replacing> {
  const environment = `fleet-${machines}`;
  await bed.ended(await bed.promote(bed.releases[1], environment));
  const before = await idsIn(bed, environment);
  const { url } = bed.environment(environment);
  const traffic = startTraffic(url, { perSecond: REQUESTS_PER_SECOND, connections: 8 });
  counter.take();
  const started = performance.now();
  let executions: readonly string[];
  let seconds: number;
  try {
    executions = (await recycle(bed, { environment, all: true })).replacements;
    for (const execution of executions) await bed.ended(execution);
    seconds = (performance.now() - started) / 1000;
    await waitForBlackBoxes(bed, environment, before);
  } finally {
    await traffic.stop();
  }
  const [failure] = traffic.failures();
  if (failure !== undefined) throw new Error(`requests failed in '${environment}', the first: ${failure}`);
  const calls = take({ planning: PLANNING, replacing: REPLACING, recording: RECORDING });
  const after = await idsIn(bed, environment);
  const left = after.filter((id) => before.includes(id));
  if (left.length > 0 || after.length !== machines)
    throw new Error(`'${environment}' has ${after.length} machines, ${left.length} of them old`);
  return { machines, batches: await countBatches(bed, executions), seconds, ...calls };
}

/** The product's own planning on an account in memory. */
async function countLargePlan(): Promise<{
  readonly machines: number;
  readonly groups: number;
  readonly sums: CallSums;
  readonly byOperation: Readonly<Record<string, number>>;
}> {
  const { machines, groups, deps, calls } = largeFleet();
  const { replacements } = await planRecyclingNow({}, deps);
  if (replacements.length === 0) throw new Error(`nothing was planned for ${machines} machines`);
  const counts = [...calls].map(([operation, count]) => ({ caller: 'plan', operation, calls: count }));
  return { machines, groups, sums: sumCalls(counts), byOperation: Object.fromEntries(calls) };
}

async function countAll(): Promise<{ readonly planning: Calls; readonly replacing: readonly Replacing[] }> {
  const bed = await startRolloutBed(ENVIRONMENTS, counter.log);
  try {
    await stopSchedules(bed.kiln);
    const planning = await countPlanning(bed);
    const replacing: Replacing[] = [];
    for (const machines of FLEETS) replacing.push(await countReplacing(bed, machines));
    return { planning, replacing };
  } finally {
    await bed.stop();
  }
}

const { planning, replacing } = await countAll();
// Afterwards: from here on the SDK's clients of this process answer for the account in memory.
const large = await countLargePlan();

const replaced = (machines: number): string =>
  machines === 1 ? 'replacing 1 machine' : `replacing ${machines} machines, each`;

await record({
  name: 'recycling-calls',
  subject: `Control-plane calls (EC2, Auto Scaling, ELB, CloudWatch alarms, Step Functions) that the functions of recycling make, documents in S3, events put and metrics read apart: to plan where nothing is due, to replace all machines of a group under ${REQUESTS_PER_SECOND} requests/s in batches of at most ${BATCH} (machines boot in no time), and the black box's for each machine that ended; and to plan for an account in memory with ${large.machines.toLocaleString('en')} machines in ${large.groups} groups, of which a tenth are overdue`,
  figures: [
    {
      name: `planning for ${large.machines.toLocaleString('en')} machines, documents included`,
      value: large.sums.controlPlane + large.sums.documents,
      unit: 'calls' as const,
      aim: 0.02 * large.machines,
    },
    {
      name: `planning for ${large.machines.toLocaleString('en')} machines`,
      value: large.sums.controlPlane,
      unit: 'calls' as const,
    },
    {
      name: `planning for a group of ${PLANNED} with nothing due`,
      value: planning.controlPlane,
      unit: 'calls' as const,
    },
    ...replacing.map(({ machines, replacing: { controlPlane } }) => ({
      name: replaced(machines),
      value: controlPlane / machines,
      unit: 'calls' as const,
      aim: AIMS[machines],
    })),
    ...replacing.map(({ machines, batches, replacing: { controlPlane } }) => ({
      name: `a batch of these, ${machines} in ${batches}`,
      value: controlPlane / batches,
      unit: 'calls' as const,
    })),
    ...replacing.map(({ machines, replacing: { documents } }) => ({
      name: `${replaced(machines)}: documents read and written besides`,
      value: documents / machines,
      unit: 'calls' as const,
    })),
    ...replacing.map(({ machines, recording: { controlPlane } }) => ({
      name: `black box of one of ${machines} ended machines`,
      value: controlPlane / machines,
      unit: 'calls' as const,
    })),
  ],
  unit: 's',
  samples: Object.fromEntries(replacing.map(({ machines, seconds }) => [`group of ${machines}`, [seconds]])),
  details: { large, planning, replacing },
});
