import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readEnvironmentsFile } from '#cli/environments-file';
import { UserError } from '#cli/user-error';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-environments-'));
});
afterEach(async () => {
  delete process.env['KILN_ENVIRONMENTS'];
  await rm(folder, { recursive: true, force: true });
});

const write = async (text: string): Promise<string> => {
  const path = join(folder, 'team.yml');
  await writeFile(path, text);
  return path;
};

const refusal = (path: string): UserError => {
  try {
    readEnvironmentsFile(path);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('the file was not refused');
};

describe('readEnvironmentsFile', () => {
  test("is the project's own, unless KILN_ENVIRONMENTS names another", async () => {
    expect(readEnvironmentsFile().environments.map(({ name }) => name)).toEqual(['dev', 'prod']);
    const path = await write('environments: [{ name: qa }]');
    process.env['KILN_ENVIRONMENTS'] = path;
    expect(readEnvironmentsFile()).toMatchObject({ path, environments: [{ name: 'qa' }] });
  });

  test('one problem is the message, several are shown above it in the order of the file', async () => {
    const one = await write('environments: [{ name: Qa }]');
    expect(refusal(one).message).toContain("team.yml:1: environments[0].name is 'Qa'");
    const two = refusal(await write('environments:\n  - name: qa\n    colour: red\n    port: 0\n'));
    expect(two.message).toContain('2 problems');
    expect(two.evidence).toMatch(/^team\.yml:3: .*\nteam\.yml:4: .*$/);
  });

  test('a file that is not there is named', () => {
    const error = refusal(join(folder, 'none.yml'));
    expect(error.message).toBe('none.yml: cannot be read: ENOENT');
    expect(error.suggestion).toContain(join(folder, 'none.yml'));
  });
});
