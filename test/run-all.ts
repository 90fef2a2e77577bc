import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one run of Jest runs. */
interface Lane {
  readonly projects: readonly string[];
  readonly workers: number;
}

/** What `npm test` runs, in this order: the cheap and quick first. */
const CHECKS = ['format', 'lint', 'types', 'dead-code', 'docs'] as const;
/** The lanes of a stage run side by side. */
const STAGES: readonly (readonly Lane[])[] = [
  [{ projects: ['unit', 'statemachines'], workers: 2 }],
  [{ projects: ['parity'], workers: 2 }],
  // Both wait half of the time. Real machines must boot in time: the tests that boot them run one after the other.
  [
    { projects: ['stack'], workers: 1 },
    { projects: ['e2e'], workers: 1 },
  ],
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

const run = (program: string, args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      },
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });

const runLane = async ({ projects, workers }: Lane, reportDir: string, counts: Counts): Promise<void> => {
  const reportPath = join(reportDir, `${projects.join('-')}.json`);
  const status = await run('npx', [
    'jest',
    '--selectProjects',
    ...projects,
    `--maxWorkers=${workers}`,
    // A test without a limit of its own must not fail because the host is busy; nothing waits for this long when all is well.
    '--testTimeout=30000',
    '--passWithNoTests',
    '--json',
    `--outputFile=${reportPath}`,
  ]);
  const report = JSON.parse(await readFile(reportPath, 'utf8')) as JestReport;
  counts.passed += report.numPassedTests;
  counts.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
  counts.skipped += report.numPendingTests;
  if (status !== 0 && report.numFailedTests + report.numRuntimeErrorTestSuites === 0) counts.failed += 1;
};

const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
const reportDir = await mkdtemp(join(tmpdir(), 'kiln-test-'));
try {
  // Most of them use one core; what each finds names its file.
  const checks = await Promise.all(CHECKS.map((check) => run('npm', ['run', '--silent', `check:${check}`])));
  for (const status of checks) {
    if (status === 0) counts.passed += 1;
    else counts.failed += 1;
  }
  for (const lanes of STAGES) await Promise.all(lanes.map((lane) => runLane(lane, reportDir, counts)));
} finally {
  await rm(reportDir, { recursive: true, force: true });
}
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = counts.failed === 0 ? 0 : 1;
