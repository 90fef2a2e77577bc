import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kilnHome, projectRoot } from '#cli/home';
import { poll } from './poll.ts';

/** A `kiln` command that runs as a user's does, its output not on a terminal. */
export interface KilnProcess {
  readonly pid: number;
  /** What it wrote so far. */
  stdout(): string;
  stderr(): string;
  signal(name: NodeJS.Signals): void;
  /** Waits until `text` is on stderr. */
  says(text: string, timeoutMs: number): Promise<void>;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** What a command came to. */
export interface KilnResult {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** A KILN_HOME of its own that shares the base and its packages with this host's. */
export const newKilnHome = async (): Promise<string> => {
  const home = await mkdtemp(join(tmpdir(), 'kiln-cli-'));
  for (const shared of ['bases', 'cache']) {
    await mkdir(join(kilnHome(), shared), { recursive: true });
    await symlink(join(kilnHome(), shared), join(home, shared));
  }
  return home;
};

/** Removes the home, and what it shares with this host not. */
export const removeKilnHome = (home: string): Promise<void> => rm(home, { recursive: true, force: true });

/** Starts `kiln` with the Node that runs the tests, or the launcher with whatever Node the path has. */
export const startKilnProcess = (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  program: readonly string[] = [process.execPath, join(projectRoot, 'cli/kiln.ts')],
): KilnProcess => {
  const [file = '', ...before] = program;
  const child = spawn(file, [...before, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (written.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (written.stderr += chunk.toString()));
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 1));
  });
  let hasEnded = false;
  void ended.finally(() => (hasEnded = true));
  return {
    pid: child.pid ?? 0,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    signal: (name) => child.kill(name),
    says: async (text, timeoutMs) => {
      await poll(
        () => {
          if (written.stderr.includes(text)) return true;
          if (hasEnded) throw new Error(`kiln ended without saying '${text}': ${written.stderr}`);
          return undefined;
        },
        timeoutMs,
        () => `kiln does not say '${text}': ${written.stderr}`,
      );
    },
    ended,
  };
};

/** Runs a command to its end. */
export const runKilnProcess = async (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  program?: readonly string[],
): Promise<KilnResult> => {
  const kiln = startKilnProcess(args, env, program);
  const code = await kiln.ended;
  return { code, stdout: kiln.stdout(), stderr: kiln.stderr() };
};

/** Command lines of live processes that have `text` in them: of machines and functions, the home's path. */
export const processesWith = async (text: string): Promise<string[]> => {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (commandLine.includes(text)) found.push(commandLine.replaceAll('\0', ' '));
  }
  return found;
};
