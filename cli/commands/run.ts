import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { ArtifactRejectedError } from '#bakery/artifact/artifact-rejected';
import type { Machine } from '#localcloud/hypervisor/driver';
import { createImds } from '#localcloud/hypervisor/imds';
import { instanceMetadata } from '#localcloud/hypervisor/instance-metadata';
import { createQemu } from '#localcloud/hypervisor/qemu';
import { poll, systemClock } from '#pipeline/clock';
import { buildBase } from '../build-base.ts';
import { outputOf } from '../command-context.ts';
import { kilnHome } from '../home.ts';
import { aborted, onInterrupt } from '../interrupt.ts';
import { bakeLocalDisk } from '../local-machine.ts';
import type { LocalDisk } from '../local-machine.ts';
import type { Output } from '../output.ts';
import { UserError } from '../user-error.ts';

const ANSWER_TIMEOUT_MILLISECONDS = 120_000;
const STOP_GRACE_SECONDS = 10;

interface RunOptions {
  readonly env: string;
  readonly once?: true;
}

const launch = (disk: LocalDisk, options: RunOptions): Promise<Machine> => {
  const instanceId = 'i-00000000000000000';
  const tree = instanceMetadata({
    accountId: '000000000000',
    region: 'local',
    zone: 'locala',
    instanceId,
    imageId: 'ami-00000000000000000',
    instanceType: 'local',
    privateIp: '169.254.2.15',
    privateDnsName: 'localhost',
    launchedAt: Date.now(),
    tags: { 'kiln:env': options.env, 'kiln:app': 'run', 'kiln:release': disk.digest.slice(7, 19) },
  });
  return createQemu({ cacheDir: join(kilnHome(), 'cache/hypervisor') }).launch({
    id: instanceId,
    dir: join(disk.directory, 'machine'),
    diskPath: disk.diskPath,
    memoryMiB: disk.app.memoryMiB,
    vcpus: 1,
    firmware: 'direct',
    metadata: createImds({ tree: () => tree, httpTokens: () => 'required', enabled: () => true }),
  });
};

/** Waits for the first good answer. @throws UserError with the console when the machine ends or stays silent */
const waitForAnswer = async (machine: Machine, disk: LocalDisk, signal: AbortSignal): Promise<string> => {
  let ended = false;
  void machine.exited.then(() => {
    ended = true;
  });
  // A connection made before the guest has its address would hang for seconds.
  await Promise.race([machine.onNetwork, machine.exited, aborted(signal)]);
  const url = await poll(
    systemClock,
    { intervalMilliseconds: 50, timeoutMilliseconds: ANSWER_TIMEOUT_MILLISECONDS },
    async () => {
      if (ended || signal.aborted) return false;
      const { host, port } = await machine.forward(disk.app.process.port);
      const address = `http://${host}:${port}`;
      const answer = await fetch(address + disk.app.healthPath, { signal: AbortSignal.timeout(5000) }).catch(
        () => undefined,
      );
      return answer?.ok === true ? address : undefined;
    },
  );
  signal.throwIfAborted();
  if (url === undefined || url === false) {
    throw new UserError(
      ended
        ? `the machine ended before it answered on ${disk.app.healthPath}`
        : `the machine did not answer on ${disk.app.healthPath} within ${ANSWER_TIMEOUT_MILLISECONDS / 1000} s`,
      'look at the console above for what the app did',
      { evidence: machine.console().toString('utf8') },
    );
  }
  return url;
};

const runDisk = async (
  disk: LocalDisk,
  options: RunOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> => {
  const step = output.step('boot');
  const machine = await launch(disk, options).catch((error: unknown) => {
    step.failed();
    throw error;
  });
  try {
    const url = await waitForAnswer(machine, disk, signal).catch((error: unknown) => {
      step.failed();
      throw error;
    });
    step.done('answers');
    output.result({ url, digest: disk.digest, pid: machine.pid }, url);
    if (options.once === true) return;
    output.line('Ctrl-C ends the machine.');
    const exit = await Promise.race([aborted(signal), machine.exited]);
    if (exit !== undefined) {
      throw new UserError(
        `the machine ended by itself: ${exit.detail}`,
        'look at the console above for what the app did',
        { evidence: machine.console().toString('utf8') },
      );
    }
  } finally {
    await machine.stop(STOP_GRACE_SECONDS);
  }
};

const bakeWithProgress = async (path: string, output: Output, signal: AbortSignal): Promise<LocalDisk> => {
  if ((await stat(path).catch(() => undefined)) === undefined) {
    throw new UserError(`there is no artifact at '${path}'`, 'name a zip, a tgz or a folder');
  }
  const base = await buildBase(output, signal);
  signal.throwIfAborted();
  const step = output.step('bake');
  try {
    const disk = await bakeLocalDisk(path, base, kilnHome());
    step.done(disk.digest.slice(7, 19));
    return disk;
  } catch (error) {
    step.failed();
    if (!(error instanceof ArtifactRejectedError)) throw error;
    throw new UserError(
      `artifact '${path}' is refused (${error.reason}): ${error.message}`,
      'mend the artifact',
    );
  }
};

/** `kiln run <artifact>`: one machine right here, without any pipeline. */
export const runCommand = (): Command =>
  new Command('run')
    .description('bake an artifact and boot one machine of it right here, without the pipeline')
    .argument('<artifact>', 'a zip, a tgz or a folder')
    .option('--env <environment>', 'the environment whose configuration the app gets', 'dev')
    .option('--once', 'end the machine after its first good answer')
    .action(async (path: string, options: RunOptions, command: Command) => {
      const output = outputOf(command);
      const signal = onInterrupt();
      const disk = await bakeWithProgress(path, output, signal);
      try {
        await runDisk(disk, options, output, signal);
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      } finally {
        await disk.remove();
      }
    });
