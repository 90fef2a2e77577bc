/** Counts the control-plane calls of a rollout, from its start until nothing of what it replaced is left, by size of the fleet. */
import { readExecutionProgress } from '#cli/progress/execution-states';
import { startTraffic } from '#test/helpers/traffic';
import { createCallCounter } from './call-counter.ts';
import { byFunction, sumCalls } from './call-sums.ts';
import type { CallsByFunction } from './call-sums.ts';
import { record } from './record.ts';
import { startRolloutBed } from './rollout-bed.ts';
import type { RolloutBed } from './rollout-bed.ts';

const FLEETS = [2, 10, 40, 100] as const;
const STEPS = [10, 50, 100] as const;
/** So that the judge has what it needs of a tenth of it within seconds. */
const REQUESTS_PER_SECOND = 200;

/** The functions of the state machines `rollout` and `retirement`. */
const FUNCTIONS = new Set([
  'planRollout',
  'startRollout',
  'waitForHealthyTargets',
  'shiftTraffic',
  'judgeStep',
  'finishRollout',
  'rollBack',
  'retireDeployment',
]);

const aim = (machines: number): number => 40 + 2 * STEPS.length + 0.2 * machines;

const ENVIRONMENTS = `
environments:
  - name: drops
    capacity: { min: 1, desired: 1, max: 1 }
    rollout: { settleSeconds: 0 }
    drainSeconds: 1
    warmBlueMinutes: 0
${FLEETS.map(
  (machines) => `
  - name: fleet-${machines}
    capacity: { min: ${machines}, desired: ${machines}, max: ${machines + 1} }
    rollout:
      steps: [${STEPS.map((weight) => `{ weight: ${weight}, pauseSeconds: 2 }`).join(', ')}]
      settleSeconds: 1
      deadlineSeconds: 120
      judge: true
    drainSeconds: 5
    warmBlueMinutes: 0`,
).join('')}
`;

/** A rollout's calls: its documents in S3 and the transitions of its state machines are counted apart. */
interface RolloutCalls {
  readonly machines: number;
  readonly calls: number;
  /** Events put and metrics read. */
  readonly newsCalls: number;
  readonly documentCalls: number;
  readonly transitions: number;
  readonly seconds: number;
  readonly byFunction: CallsByFunction;
}

const counter = createCallCounter();

async function countRollout(bed: RolloutBed, machines: number): Promise<RolloutCalls> {
  const environment = `fleet-${machines}`;
  const [first, next] = bed.releases;
  await bed.ended(await bed.promote(first, environment));
  const { url } = bed.environment(environment);
  const traffic = startTraffic(url, { perSecond: REQUESTS_PER_SECOND, connections: 8 });
  counter.take();
  const started = performance.now();
  const executionArn = await bed.promote(next, environment);
  try {
    await bed.ended(executionArn);
  } finally {
    await traffic.stop();
  }
  await bed.tidy(environment);
  const seconds = (performance.now() - started) / 1000;
  const failures = traffic.failures();
  if (failures.length > 0)
    throw new Error(`${failures.length} requests failed during the rollout, the first: ${failures[0]}`);
  const counts = counter.take().filter(({ caller }) => FUNCTIONS.has(caller));
  const { controlPlane, news, documents } = sumCalls(counts);
  const progress = await readExecutionProgress(executionArn, bed.kiln.connection.states);
  return {
    machines,
    calls: controlPlane,
    newsCalls: news,
    documentCalls: documents,
    transitions: progress?.states.length ?? 0,
    seconds,
    byFunction: byFunction(counts, FUNCTIONS),
  };
}

const bed = await startRolloutBed(ENVIRONMENTS, counter.log);
try {
  const rollouts: RolloutCalls[] = [];
  for (const machines of FLEETS) rollouts.push(await countRollout(bed, machines));
  await record({
    name: 'rollout-calls',
    subject: `Control-plane calls (EC2, Auto Scaling, ELB, CloudWatch alarms, Step Functions) that the functions of a rollout make, and beside them the events they put and the metrics they read, from its start until what it replaced is gone: ${STEPS.join(', ')} % with a judge under ${REQUESTS_PER_SECOND} requests/s, machines that boot in no time`,
    figures: rollouts.flatMap(({ machines, calls, newsCalls }) => [
      {
        name: `control-plane calls with ${machines} machines`,
        value: calls,
        unit: 'calls' as const,
        aim: aim(machines),
      },
      {
        name: `with events put and metrics read, ${machines} machines`,
        value: calls + newsCalls,
        unit: 'calls' as const,
      },
    ]),
    unit: 's',
    samples: Object.fromEntries(rollouts.map(({ machines, seconds }) => [`fleet of ${machines}`, [seconds]])),
    details: { rollouts },
  });
} finally {
  await bed.stop();
}
