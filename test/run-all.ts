import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What `npm test` runs, in this order: the cheap and quick first. */
const CHECKS = ['format', 'lint', 'types', 'dead-code', 'docs'] as const;
const PROJECTS = ['unit', 'statemachines', 'parity', 'stack', 'e2e'] as const;

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

const runProject = async (project: string, reportDir: string, counts: Counts): Promise<void> => {
  const reportPath = join(reportDir, `${project}.json`);
  // Real machines share two cores: the tests that boot them run one after the other.
  const workers = project === 'e2e' ? ['--runInBand'] : ['--maxWorkers=2'];
  const status = await run('npx', [
    'jest',
    '--selectProjects',
    project,
    ...workers,
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
  for (const check of CHECKS) {
    const status = await run('npm', ['run', '--silent', `check:${check}`]);
    if (status === 0) counts.passed += 1;
    else counts.failed += 1;
  }
  for (const project of PROJECTS) await runProject(project, reportDir, counts);
} finally {
  await rm(reportDir, { recursive: true, force: true });
}
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = counts.failed === 0 ? 0 : 1;
