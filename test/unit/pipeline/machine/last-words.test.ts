import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EC2Client, GetConsoleOutputCommand } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { isDeadMan, readLastWords } from '#pipeline/machine/last-words';
import { instantClock } from '#test/helpers/instant-clock';
import type { InstantClock } from '#test/helpers/instant-clock';
import { ec2Error } from '#test/helpers/service-error';

const ENDED = 'kiln: app exited with status 3 after 9.1 s\nkiln: powering off at 12.00 s\n';

const base64 = (text: string): { Output: string } => ({ Output: Buffer.from(text).toString('base64') });

const mock = mockClient(EC2Client);
let deps: { ec2: EC2Client; clock: InstantClock };

beforeEach(() => {
  deps = { ec2: new EC2Client({ region: 'r' }), clock: instantClock() };
});

afterEach(() => {
  mock.reset();
});

const calls = (): (boolean | undefined)[] =>
  mock.commandCalls(GetConsoleOutputCommand).map(({ args }) => args[0].input.Latest);

describe('the last words of a machine', () => {
  test('are read once when somebody else ended it', async () => {
    mock.on(GetConsoleOutputCommand).resolves(base64('hello\n'));
    expect(await readLastWords('i-1', false, deps)).toBe('hello\n');
    expect(calls()).toEqual([true]);
  });

  test('are what EC2 kept where it has nothing at its latest', async () => {
    mock.on(GetConsoleOutputCommand, { Latest: true }).rejects(ec2Error('UnsupportedOperation'));
    mock.on(GetConsoleOutputCommand, { Latest: false }).resolves(base64('kept\n'));
    expect(await readLastWords('i-1', false, deps)).toBe('kept\n');
  });

  test('are undefined where EC2 has none', async () => {
    mock.on(GetConsoleOutputCommand).resolves({});
    expect(await readLastWords('i-1', false, deps)).toBeUndefined();
    mock.on(GetConsoleOutputCommand).rejects(ec2Error('InvalidInstanceID.NotFound'));
    expect(await readLastWords('i-1', false, deps)).toBeUndefined();
  });

  test('are not left out for want of a permission, or because EC2 is busy', async () => {
    for (const name of ['UnauthorizedOperation', 'RequestLimitExceeded']) {
      mock.on(GetConsoleOutputCommand).rejects(ec2Error(name));
      await expect(readLastWords('i-1', false, deps)).rejects.toThrow(name);
    }
  });

  test('are waited for when it ended itself, until it has said why', async () => {
    mock
      .on(GetConsoleOutputCommand)
      .resolvesOnce({})
      .resolvesOnce({})
      .resolvesOnce(base64('kiln: app started\n'))
      .resolves(base64(ENDED));
    expect(await readLastWords('i-1', true, deps)).toBe(ENDED);
    expect(calls()).toEqual([true, false, true, true]);
  });

  test('are waited for 20 s at most', async () => {
    mock.on(GetConsoleOutputCommand).resolves(base64('kiln: app started\n'));
    expect(await readLastWords('i-1', true, deps)).toBe('kiln: app started\n');
    expect(deps.clock.waited()).toBeGreaterThanOrEqual(20_000);
    expect(deps.clock.waited()).toBeLessThan(26_000);
  });

  test('are what was there last, should EC2 lose it while more is waited for', async () => {
    mock.on(GetConsoleOutputCommand).resolvesOnce(base64('kiln: app started\n')).resolves({});
    expect(await readLastWords('i-1', true, deps)).toBe('kiln: app started\n');
  });

  test('are the last 64 KB in UTF-8, whole characters only', async () => {
    mock.on(GetConsoleOutputCommand).resolves(base64(`${'ü€'.repeat(30_000)}the end`));
    const text = (await readLastWords('i-1', false, deps)) ?? '';
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
    expect(Buffer.byteLength(text)).toBeGreaterThan(65_530);
    expect(text).toMatch(/^[ü€]+the end$/);
  });

  test('have no control characters', async () => {
    mock.on(GetConsoleOutputCommand).resolves(base64('\u001B[31mred\u001B[0m\u0007 \u0000end\n'));
    expect(await readLastWords('i-1', false, deps)).toBe('red end\n');
  });
});

describe('a dead man', () => {
  test('is known by the line of its timer', () => {
    const line = 'the machine reached its maximum uptime of 90 s (dead-man timer)';
    expect(isDeadMan(`hello\nkiln: stopping the app at 90.02 s: ${line}\nasked to stop\n`)).toBe(true);
  });

  test.each([
    ['no console', undefined],
    ['the timer that was set', 'kiln: dead-man timer: the machine ends itself at 90 s\n'],
    ['the power button', 'kiln: stopping the app at 90.02 s: the power button was pressed\n'],
    ['an app that ended', ENDED],
  ])('is not: %s', (_, console) => {
    expect(isDeadMan(console)).toBe(false);
  });
});
