import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { medians } from './measure.ts';
import type { Samples } from './measure.ts';

const execute = promisify(execFile);
const RESULTS = join(import.meta.dirname, 'results');

/** A figure of a claim: a ratio, a count or a length of time; the first one of a result is the one that has the aim. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** `x` for a ratio. */
  readonly unit: 'x' | 'ms' | 's' | 'MiB' | 'blocks' | 'calls';
  /** The most that it should be. */
  readonly aim?: number;
}

/** What a claim's program found out. */
export interface Result {
  /** File name below `bench/results`, without `.json`, and the argument of `npm run bench`. */
  readonly name: string;
  /** One sentence: what was measured, on what. */
  readonly subject: string;
  readonly figures: readonly Figure[];
  readonly unit: 'ms' | 's';
  readonly samples: Samples<string>;
  /** Accelerator that QEMU ran with, for example `tcg,thread=multi`; absent when no machine was started. */
  readonly acceleration?: string;
  /** What else a reader needs to judge the figures. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Writes `bench/results/<name>.json` and prints one line per figure. */
export async function record(result: Result): Promise<void> {
  const { name, subject, figures, unit, samples, acceleration, details } = result;
  const commit = (await textOf('git', ['rev-parse', 'HEAD'])) ?? 'unknown';
  // The results themselves change with every run; they do not make the sources differ from the commit.
  const changes = await textOf('git', ['status', '--porcelain', '--', ':/', ':(exclude)bench/results']);
  const document = {
    name,
    subject,
    command: `npm run bench ${name}`,
    date: new Date().toISOString(),
    commit: changes === '' ? commit : `${commit} with local changes`,
    machine: await machine(acceleration),
    figures: figures.map((figure) => ({ ...figure, value: rounded(figure.value) })),
    unit,
    medians: mapValues(medians(samples), rounded),
    samples: mapValues(samples, (values) => values.map(rounded)),
    details,
  };
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, `${name}.json`), `${JSON.stringify(document, undefined, 2)}\n`);
  for (const figure of figures) process.stdout.write(`${lineOf(name, figure)}\n`);
}

async function machine(acceleration: string | undefined): Promise<Readonly<Record<string, unknown>>> {
  return {
    cpus: availableParallelism(),
    model: cpus()[0]?.model,
    memoryMiB: Math.round(totalmem() / 1_048_576),
    // At the end of the run: on an idle machine not far above what the run itself keeps busy.
    load: rounded(loadavg()[0] ?? 0),
    kernel: release(),
    node: process.version,
    qemu: (await textOf('qemu-system-x86_64', ['--version']))?.split('\n', 1)[0],
    acceleration,
  };
}

function lineOf(name: string, { name: figure, value, unit, aim }: Figure): string {
  const shown = `${rounded(value)}${unit === 'x' ? '×' : ` ${unit}`}`;
  if (aim === undefined) return `${name}: ${figure}: ${shown}`;
  const verdict = value <= aim ? 'met' : 'missed';
  return `${name}: ${figure}: ${shown} (aim ≤ ${aim}${unit === 'x' ? '×' : ` ${unit}`}: ${verdict})`;
}

async function textOf(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await execute(program, args, { cwd: import.meta.dirname })).stdout.trim();
  } catch {
    return undefined;
  }
}

function mapValues<In, Out>(
  values: Readonly<Record<string, In>>,
  map: (value: In) => Out,
): Readonly<Record<string, Out>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
