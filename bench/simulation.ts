/**
 * Runs a thousand lives of a fleet in virtual time, over as many processes as there are cores, and looks for broken
 * invariants. `--seeds 20000` runs more, `--from 1001` others, `--seed 17` replays one and shows what went wrong.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { describeFailure } from '#test/simulation/describe-failure';
import { simulate } from '#test/simulation/simulate';
import { median } from './measure.ts';
import { record } from './record.ts';

const SEEDS = 1000;
const AIM_SECONDS = 300;
/**
 * A run makes little that lasts: a large young generation, in MiB, is seldom collected. Stacks are dear, and only a replay
 * needs them.
 */
const WORKER_OPTIONS = ['--max-semi-space-size=64', '--min-semi-space-size=64', '--stack-trace-limit=0'];

/** What a worker says of a seed. */
interface Outcome {
  readonly seed: string;
  /** Of the processor, not of the clock: others may be at work. */
  readonly milliseconds: number;
  readonly figures: Readonly<Record<string, number>>;
  readonly failure?: string;
}

const millisecondsSince = (start: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};

const run = async (seed: string): Promise<Outcome> => {
  const start = process.cpuUsage();
  try {
    const simulation = await simulate(seed, { keepHash: false });
    const { figures, violations } = simulation;
    const milliseconds = millisecondsSince(start);
    return violations.length === 0
      ? { seed, milliseconds, figures }
      : { seed, milliseconds, figures, failure: describeFailure(simulation) };
  } catch (error) {
    const stack = error instanceof Error ? error.stack : String(error);
    return { seed, milliseconds: millisecondsSince(start), figures: {}, failure: `seed ${seed}: ${stack}` };
  }
};

/** Runs the seeds that it is sent, one after the other. */
const work = (): void => {
  process.on('message', (seed: string) => {
    void run(seed).then((outcome) => process.send?.(outcome));
  });
};

const runAll = (seeds: readonly string[], onOutcome: (outcome: Outcome) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const left = [...seeds];
    let working = 0;
    for (let worker = 0; worker < Math.min(availableParallelism(), seeds.length); worker += 1) {
      const child = fork(import.meta.filename, ['--worker'], { execArgv: WORKER_OPTIONS });
      working += 1;
      const next = (): void => {
        const seed = left.shift();
        if (seed === undefined) child.disconnect();
        else child.send(seed);
      };
      child.on('message', (outcome: Outcome) => {
        onOutcome(outcome);
        next();
      });
      child.on('error', reject);
      child.on('exit', (code) => {
        working -= 1;
        if (code !== 0) reject(new Error(`a worker ended with ${code}`));
        else if (working === 0) resolve();
      });
      next();
    }
  });

/** What all seeds together came to. */
interface Run {
  readonly seconds: number;
  readonly milliseconds: readonly number[];
  readonly failed: number;
  readonly totals: Readonly<Record<string, number>>;
}

const recordRun = (seeds: number, { seconds, milliseconds, failed, totals }: Run): Promise<void> =>
  record({
    name: 'simulation',
    subject: `${seeds} lives of 30 days of 50 apps in four environments, with releases, recycling, chaos and random faults, in virtual time against a simulated account, over ${availableParallelism()} processes`,
    figures: [
      { name: `${seeds} seeds`, value: seconds, unit: 's', aim: (AIM_SECONDS * seeds) / SEEDS },
      { name: 'processor time of a seed', value: median(milliseconds), unit: 'ms' },
    ],
    unit: 'ms',
    samples: { seed: milliseconds },
    details: { failed, seedsPerMinute: (seeds / seconds) * 60, totals },
  });

const measureAll = async (seeds: readonly string[]): Promise<void> => {
  const start = performance.now();
  const failures: string[] = [];
  const milliseconds: number[] = [];
  const totals: Record<string, number> = {};
  await runAll(seeds, (outcome) => {
    milliseconds.push(outcome.milliseconds);
    for (const [name, value] of Object.entries(outcome.figures)) totals[name] = (totals[name] ?? 0) + value;
    if (outcome.failure === undefined) return;
    failures.push(outcome.failure);
    process.stderr.write(`${outcome.failure}\n\n`);
  });
  const seconds = (performance.now() - start) / 1000;
  // Fewer would take the place of a figure that means more.
  if (seeds.length >= SEEDS)
    await recordRun(seeds.length, { seconds, milliseconds, failed: failures.length, totals });
  else
    process.stdout.write(
      `${seconds.toFixed(0)} s, ${median(milliseconds).toFixed(0)} ms of processor a seed\n`,
    );
  process.stdout.write(`simulation: ${failures.length} of ${seeds.length} seeds broke an invariant\n`);
  if (failures.length > 0) process.exitCode = 1;
};

const replay = async (seed: string): Promise<void> => {
  const simulation = await simulate(seed, { keepHistory: true });
  const { violations, hash, figures } = simulation;
  const text = violations.length === 0 ? `seed ${seed}: nothing is wrong` : describeFailure(simulation);
  process.stdout.write(`${text}\nhash ${hash}\n${JSON.stringify(figures, undefined, 2)}\n`);
  if (violations.length > 0) process.exitCode = 1;
};

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: String(SEEDS) },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    worker: { type: 'boolean', default: false },
  },
});
if (values.worker) work();
else if (values.seed === undefined) {
  const from = Number(values.from);
  await measureAll(Array.from({ length: Number(values.seeds) }, (_, index) => String(from + index)));
} else await replay(values.seed);
