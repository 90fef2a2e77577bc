/** Times a rollback, from its start until the listener gives all traffic to what served before, during a rollout and after it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { readWeights } from '#pipeline/traffic/app-rule';
import { poll } from '#test/helpers/poll';
import { createEmptyMachine } from './empty-machine.ts';
import { median, timed } from './measure.ts';
import { record } from './record.ts';
import { startRolloutBed } from './rollout-bed.ts';

const ROUNDS = 5;
const PATIENCE_MS = 60_000;
const CANARY_PERCENT = 10;
/** From the canary's share on, so that the looks of JudgeStep are met at other moments in each round. */
const INTO_STEP_MS = [1500, 2100, 2700, 3300, 3900];

const ENVIRONMENTS = `
environments:
  - name: drops
    capacity: { min: 1, desired: 1, max: 1 }
    rollout: { settleSeconds: 0 }
    drainSeconds: 1
    warmBlueMinutes: 0
  - name: shifted
    rollout: { settleSeconds: 0 }
    drainSeconds: 1
    warmBlueMinutes: 30
  - name: shifting
    rollout:
      steps: [{ weight: ${CANARY_PERCENT}, pauseSeconds: 600 }, { weight: 100, pauseSeconds: 0 }]
      settleSeconds: 1
    drainSeconds: 1
    warmBlueMinutes: 0
`;

const bed = await startRolloutBed(ENVIRONMENTS);
const { connection } = bed.kiln;
const [blue, green] = bed.releases;

/** Waits until the app's rule gives a target group that share of the traffic, in percent. */
async function weighs(ruleArn: string, targetGroupArn: string, percent: number): Promise<void> {
  await poll(
    async () => {
      const weights = await readWeights(ruleArn, connection.balancing);
      const total = weights.reduce((sum, { weight }) => sum + weight, 0);
      const own = weights.find((weight) => weight.targetGroupArn === targetGroupArn)?.weight ?? 0;
      return own * 100 === percent * total ? true : undefined;
    },
    PATIENCE_MS,
    () => `'${targetGroupArn}' does not get ${percent} %`,
  );
}

async function served(environment: string): Promise<{ ruleArn: string; targetGroupArn: string }> {
  const { current, ruleArn } = await bed.record(environment);
  if (current === undefined || ruleArn === undefined) throw new Error(`nothing serves in '${environment}'`);
  return { ruleArn, targetGroupArn: current.targetGroupArn };
}

/** Milliseconds from the start of a rollback until all traffic is back; waits then until it is done. */
async function timeRollback(environment: string, ruleArn: string, targetGroupArn: string): Promise<number> {
  let executionArn = '';
  const milliseconds = await timed(async () => {
    executionArn = await bed.rollback(environment);
    await weighs(ruleArn, targetGroupArn, 100);
  });
  await bed.ended(executionArn);
  return milliseconds;
}

async function afterRollout(): Promise<number> {
  const { ruleArn, targetGroupArn } = await served('shifted');
  await bed.ended(await bed.promote(green, 'shifted'));
  const milliseconds = await timeRollback('shifted', ruleArn, targetGroupArn);
  await bed.tidy('shifted');
  return milliseconds;
}

async function duringRollout(round: number): Promise<number> {
  const { ruleArn, targetGroupArn } = await served('shifting');
  const rollout = await bed.promote(green, 'shifting');
  await weighs(ruleArn, targetGroupArn, 100 - CANARY_PERCENT);
  await sleep(INTO_STEP_MS[round % INTO_STEP_MS.length]);
  const milliseconds = await timeRollback('shifting', ruleArn, targetGroupArn);
  await bed.ended(rollout, 'FAILED');
  return milliseconds;
}

async function roundTrip(stateMachineArn: string): Promise<number> {
  return timed(async () => {
    const { executionArn = '' } = await connection.states.send(
      new StartExecutionCommand({ stateMachineArn }),
    );
    await bed.ended(executionArn);
  });
}

try {
  const emptyMachine = await createEmptyMachine(connection);
  for (const environment of ['shifted', 'shifting']) await bed.ended(await bed.promote(blue, environment));
  await roundTrip(emptyMachine);
  const samples = { flip: [] as number[], abort: [] as number[], roundTrip: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    samples.roundTrip.push(await roundTrip(emptyMachine));
    samples.flip.push(await afterRollout());
    samples.roundTrip.push(await roundTrip(emptyMachine));
    samples.abort.push(await duringRollout(round));
  }
  const trip = median(samples.roundTrip);
  await record({
    name: 'rollback-seconds',
    subject: `Start of kiln-rollback to all traffic on the release before, as the listener shows it: after a rollout, with its machines still warm, and during one, ${INTO_STEP_MS[0]} to ${INTO_STEP_MS.at(-1)} ms into its first step; a round trip is a state machine of one empty function, started until succeeded, in the same run`,
    figures: [
      { name: 'after a rollout', value: median(samples.flip) / 1000, unit: 's' },
      { name: 'during a rollout', value: median(samples.abort) / 1000, unit: 's' },
      { name: 'after a rollout, in round trips', value: median(samples.flip) / trip, unit: 'x' },
      { name: 'during a rollout, in round trips', value: median(samples.abort) / trip, unit: 'x' },
      { name: 'one round trip', value: trip, unit: 'ms' },
    ],
    unit: 'ms',
    samples,
  });
} finally {
  await bed.stop();
}
