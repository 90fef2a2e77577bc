import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { findLeftovers, killLeftovers } from '#localcloud/hypervisor/leftovers';

const started: ChildProcess[] = [];

/** A process that looks like a machine with a disk at `path`. */
const aProcess = async (name: string, path: string): Promise<ChildProcess> => {
  const child = spawn('tail', ['-f', '/dev/null', `file=${path}`], { argv0: name, stdio: 'ignore' });
  started.push(child);
  await once(child, 'spawn');
  return child;
};

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

describe('machines that an earlier process left behind', () => {
  test('are ended when their disks are in the folder, and only they', async () => {
    const mine = await aProcess('/usr/bin/qemu-system-x86_64', '/state/a/i-1/disk.qcow2');
    const others = await aProcess('qemu-system-x86_64', '/state/ab/i-1/disk.qcow2');
    const editor = await aProcess('vi', '/state/a/i-1/console.log');
    expect(findLeftovers('/state/a')).toEqual([mine.pid]);
    const gone = once(mine, 'exit');
    expect(killLeftovers('/state/a')).toEqual([mine.pid]);
    await gone;
    expect([others.exitCode, editor.exitCode, others.signalCode, editor.signalCode]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
