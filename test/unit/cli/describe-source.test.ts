import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, describe, test } from '@jest/globals';
import { describeSource } from '#cli/describe-source';

const run = promisify(execFile);

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kiln-source-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const git = (...args: string[]): Promise<unknown> =>
  run('git', ['-C', directory, '-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...args]);

describe('describeSource', () => {
  test('knows nothing of a folder that no work tree holds', async () => {
    expect(await describeSource(directory)).toEqual({});
  });

  test('gives the commit, its author and what it says, and tells a folder with changes', async () => {
    await git('init', '--quiet');
    await writeFile(join(directory, 'server.js'), '');
    await git('add', '.');
    await git('commit', '--quiet', '-m', 'fix the door', '-m', 'and the window');
    const source = { commit: expect.stringMatching(/^[0-9a-f]{40}$/), author: 'Ann <ann@example.org>' };
    expect(await describeSource(directory)).toEqual({ ...source, message: 'fix the door' });
    await writeFile(join(directory, 'server.js'), 'changed');
    expect((await describeSource(directory)).commit).toMatch(/^[0-9a-f]{40}-dirty$/);
  });
});
