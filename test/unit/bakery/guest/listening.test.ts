import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compileGuestProgram } from '#test/helpers/compile-guest-program';

const MAIN = `
#include <stdio.h>
#include <stdlib.h>
int main(int count, char **arguments) {
  static const char *const names[] = {"nowhere", "elsewhere", "listens"};
  char elsewhere[80] = "";
  (void)count;
  enum listening found = app_listening((unsigned)atoi(arguments[1]), elsewhere, sizeof elsewhere);
  printf("%s %s", names[found], elsewhere);
}`;

let directory: string;
let program: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kiln-listening-'));
  program = await compileGuestProgram(directory, ['listening.c'], MAIN);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('app_listening', () => {
  test('does not take a loopback address for listening, and names it', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address() as AddressInfo;
    const { stdout } = await promisify(execFile)(program, [String(address.port)]);
    await new Promise((resolve) => server.close(resolve));
    expect(stdout).toBe(`elsewhere 127.0.0.1:${address.port}`);
  });
});
