import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compileGuestProgram } from '#test/helpers/compile-guest-program';

/**
 * Prints the maximum uptime of every instance id that it is given, after the user data; or, after `keep`, until when the
 * machine is kept at an uptime with that tag. Without the tag the metadata service is not there.
 */
const MAIN = `
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static const char *tag_value;
static double asked_until;
void fail(const char *format, ...) { (void)format; exit(1); }
bool read_tag(const char *tag, char *value, size_t size, double deadline) {
  asked_until = deadline;
  if (strcmp(tag, "kiln:keep") != 0 || tag_value == NULL) return false;
  snprintf(value, size, "%s", tag_value);
  return true;
}
static int print_kept(double now) {
  double until = kept_until(now);
  printf("= %.1f\\n", until);
  return asked_until > now && asked_until <= now + 2 ? 0 : 1;
}
int main(int count, char **arguments) {
  static struct environment environment;
  tag_value = count > 3 ? arguments[3] : NULL;
  if (strcmp(arguments[1], "keep") == 0) return print_kept(atof(arguments[2]));
  add_variables(&environment, arguments[1], "user data");
  for (int index = 2; index < count; index++) printf("= %.1f\\n", read_max_uptime(&environment, arguments[index]));
}`;

const PARTS = ['dead_man.c', 'environment.c', 'console.c', 'files.c'];

let directory: string;
let program: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kiln-dead-man-'));
  program = await compileGuestProgram(directory, PARTS, MAIN);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const run = async (userData: string, ids: readonly string[] = ['i-1']): Promise<string> =>
  (await promisify(execFile)(program, [userData, ...ids])).stdout;

const limitsIn = (output: string): number[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('= '))
    .map((line) => Number(line.slice(2)));

const limits = async (userData: string, ids: readonly string[]): Promise<number[]> =>
  limitsIn(await run(userData, ids));

const idOf = (n: number): string => `i-${(0x0abc_0000 + n).toString(16).padStart(17, '0')}`;
const fleet = Array.from({ length: 2000 }, (_, n) => idOf(n));

describe('the dead-man timer', () => {
  test('is off where no maximum is given, whatever the jitter', async () => {
    expect(await limits('', ['i-1'])).toEqual([0]);
    expect(await limits('KILN_MAX_UPTIME_JITTER_SECONDS="60"', ['i-1'])).toEqual([0]);
  });

  test('fires at the maximum uptime exactly where there is no jitter', async () => {
    expect(await limits('KILN_MAX_UPTIME_SECONDS="600"', fleet.slice(0, 3))).toEqual([600, 600, 600]);
  });

  test('says when it fires', async () => {
    expect(await run('KILN_MAX_UPTIME_SECONDS="600"')).toBe(
      'kiln: dead-man timer: the machine ends itself at 600 s\n= 600.0\n',
    );
  });

  test('never fires before the maximum uptime, nor later than the jitter after it', async () => {
    const found = await limits('KILN_MAX_UPTIME_SECONDS=600\nKILN_MAX_UPTIME_JITTER_SECONDS=60', fleet);
    expect(Math.min(...found)).toBe(600);
    expect(Math.max(...found)).toBe(660);
  });

  test('is the same whenever the machine boots', async () => {
    const userData = 'KILN_MAX_UPTIME_SECONDS=600\nKILN_MAX_UPTIME_JITTER_SECONDS=60';
    expect(await limits(userData, fleet)).toEqual(await limits(userData, fleet));
  });

  test('spreads machines whose ids follow each other evenly: 2,000 over 10 parts within 4 sigma', async () => {
    const found = await limits('KILN_MAX_UPTIME_SECONDS=600\nKILN_MAX_UPTIME_JITTER_SECONDS=999', fleet);
    const parts = Array.from(
      { length: 10 },
      (_, part) => found.filter((limit) => Math.floor((limit - 600) / 100) === part).length,
    );
    // Binomial with n = 2000 and p = 0.1: a mean of 200 and a sigma of 13.4.
    for (const count of parts) expect(Math.abs(count - 200)).toBeLessThan(4 * 13.4);
  });

  test.each(['soon', '-5', 'inf', 'nan', '10 min', '1e99'])(
    'ignores what is no number of seconds and says so (%s)',
    async (text) => {
      expect(await run(`KILN_MAX_UPTIME_SECONDS=${text}`)).toBe(
        'kiln: KILN_MAX_UPTIME_SECONDS is not a number of seconds and was ignored\n= 0.0\n',
      );
      const jitterLost = await limits(`KILN_MAX_UPTIME_SECONDS=600\nKILN_MAX_UPTIME_JITTER_SECONDS=${text}`, [
        'i-1',
      ]);
      expect(jitterLost).toEqual([600]);
    },
  );
});

describe('a machine that the control plane keeps', () => {
  const keptUntil = async (uptime: number, ...tag: string[]): Promise<number> =>
    limitsIn((await promisify(execFile)(program, ['keep', String(uptime), ...tag])).stdout)[0] ?? Number.NaN;

  test('goes on until the uptime that its tag says', async () => {
    expect(await keptUntil(6000, '7800')).toBe(7800);
  });

  test('says so on the console', async () => {
    const { stdout } = await promisify(execFile)(program, ['keep', '6000', '7800']);
    expect(stdout).toMatch(/^kiln: dead-man timer: the machine is kept and ends itself at 7800 s\n/u);
  });

  test('asks again after an hour at the latest, and after 30 s at the earliest', async () => {
    expect(await keptUntil(6000, '900000')).toBe(9600);
    expect(await keptUntil(6000, '6001')).toBe(6030);
  });

  test.each(['6000', '5999', '0', '-1', '', 'yes', 'inf', 'nan', '1e99', '7800 s'])(
    'ends itself with the tag "%s"',
    async (tag) => {
      expect(await keptUntil(6000, tag)).toBe(0);
    },
  );

  test('ends itself when nobody answers: the control plane may be gone', async () => {
    expect(await keptUntil(6000)).toBe(0);
  });
});
