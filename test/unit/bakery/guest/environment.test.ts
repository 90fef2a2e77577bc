import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileGuestProgram } from '#test/helpers/compile-guest-program';

// Arguments: the tags kiln:env, kiln:app and kiln:release. Standard input: user data. Prints the environment.
const MAIN = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
void fail(const char *format, ...) { (void)format; abort(); }
int main(int count, char **arguments) {
  static struct metadata metadata;
  static struct environment environment;
  (void)count;
  strcpy(metadata.environment, arguments[1]);
  strcpy(metadata.app, arguments[2]);
  strcpy(metadata.release, arguments[3]);
  ssize_t length = read(0, metadata.user_data, USER_DATA_BYTES);
  metadata.user_data[length < 0 ? 0 : length] = 0;
  build_environment(&environment, &metadata, 8080);
  for (size_t index = 0; index < environment.count; index++) printf("%s\\n", environment.entries[index]);
  return environment.entries[environment.count] != NULL;
}`;

let directory: string;
let program: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kiln-environment-'));
  program = await compileGuestProgram(directory, ['environment.c', 'console.c', 'files.c'], MAIN);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

function run(userData: string, tags: readonly [string, string, string] = ['', '', '']): string[] {
  return execFileSync(program, tags, { input: userData, encoding: 'utf8' }).trimEnd().split('\n');
}

describe("the application's environment", () => {
  test('takes NAME=value lines of user data and nothing else of it', () => {
    const lines = run(
      '# a comment\n\nURL=https://x/?a=b&c=d\n  INDENTED=yes\r\nEMPTY=\nno variable\n1ST=x\n',
    );
    expect(lines).toEqual(expect.arrayContaining(['URL=https://x/?a=b&c=d', 'INDENTED=yes', 'EMPTY=']));
    expect(lines.join('\n')).not.toMatch(/comment|1ST=/u);
  });

  test('counts lines that it left out and does not show them', () => {
    const console = run('A=1\nhush hush\nsecret\n')[0];
    expect(console).toBe('kiln: user data: left out what is not NAME=value (lines: 2, the first is line 2)');
  });

  test.each([
    ['"two words"', 'two words'],
    ["'single'", 'single'],
    ['"it\'s"', "it's"],
    ['"', '"'],
    ['"open', '"open'],
    ['a "quoted" word', 'a "quoted" word'],
    ['" spaces "', ' spaces '],
  ])('reads the value %s as %s', (written, value) => {
    expect(run(`VALUE=${written}\n`)).toContain(`VALUE=${value}`);
  });

  test('lets the last line of a name win', () => {
    const lines = run('A=1\nA=2\n');
    expect(lines).toContain('A=2');
    expect(lines).not.toContain('A=1');
  });

  test('believes the tags of the instance more than user data, and user data more than defaults', () => {
    expect(run('KILN_ENV=other\nKILN_APP=mine\n', ['production', '', ''])).toEqual(
      expect.arrayContaining(['KILN_ENV=production', 'KILN_APP=mine', 'KILN_RELEASE=unknown']),
    );
  });

  test('decides the port itself', () => {
    const lines = run('PORT=1\n');
    expect(lines).toContain('PORT=8080');
    expect(lines).not.toContain('PORT=1');
  });

  test('gives defaults that user data may replace', () => {
    const lines = run('NODE_ENV=test\n');
    expect(lines).toEqual(
      expect.arrayContaining(['NODE_ENV=test', 'PATH=/usr/bin', 'HOME=/tmp', 'TMPDIR=/tmp']),
    );
  });

  test('leaves out what is too much, and never its own', () => {
    const lines = run(Array.from({ length: 1500 }, (_, index) => `V${index}=`).join('\n'));
    expect(lines[0]).toBe('kiln: user data: left out 1004 variables, 496 are possible');
    expect(lines).toEqual(expect.arrayContaining(['V0=', 'V495=', 'KILN_ENV=default', 'PORT=8080']));
  });
});
