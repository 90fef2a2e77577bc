import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PRELOAD = join(import.meta.dirname, '../../../../bakery/guest/keep-alive.cjs');

/** Runs a program as the machine does and returns what it prints. */
async function runWithPreload(program: string): Promise<string> {
  const args = [`--require=${PRELOAD}`, '--eval', program];
  return (await promisify(execFile)(process.execPath, args)).stdout.trim();
}

function listening(create: string): string {
  return `const server = ${create};
    server.listen(0, '127.0.0.1', () => {
      console.log(server.keepAliveTimeout, server.headersTimeout);
      server.close();
    });`;
}

describe('the keep-alive preload', () => {
  test.each(['http', 'https'])('lets %s servers wait longer than a load balancer does', async (module) => {
    const output = await runWithPreload(listening(`require('node:${module}').createServer()`));
    expect(output).toBe('65000 66000');
  });

  test("keeps an application's own time-out", async () => {
    const create = `require('node:http').createServer({ keepAliveTimeout: 1234 })`;
    expect(await runWithPreload(listening(create))).toBe('1234 60000');
  });

  test('leaves servers alone that know no keep-alive', async () => {
    const output = await runWithPreload(listening(`require('node:net').createServer()`));
    expect(output).toBe('undefined undefined');
  });
});
