import { describe, expect, test } from '@jest/globals';
import { createRandom } from '#localcloud/random';
import type { Definition } from '#localcloud/states-language/definition';
import { execute } from '#localcloud/states-language/execute';
import { createMemoryJournal } from '#localcloud/states-language/journal';
import type { SteeredClock } from '#test/helpers/steered-clock';
import { createSteeredClock } from '#test/helpers/steered-clock';

const callback = 'arn:aws:states:::events:putEvents.waitForTaskToken';

const machines: Readonly<Record<string, object>> = {
  'a Wait of 60 s': { Type: 'Wait', Seconds: 60, End: true },
  'a TimeoutSeconds of 60': { Type: 'Task', Resource: callback, TimeoutSeconds: 60, End: true },
  'a HeartbeatSeconds of 60': { Type: 'Task', Resource: callback, HeartbeatSeconds: 60, End: true },
};

/** Starts a machine of this state; tells its status, `running` until it has one. */
const start = (state: object, clock: SteeredClock): { readonly status: () => string } => {
  let status = 'running';
  const never = (): Promise<never> => new Promise(() => undefined);
  const running = execute({
    definition: {
      QueryLanguage: 'JSONata',
      StartAt: 'Only',
      States: { Only: state },
    } as unknown as Definition,
    input: {},
    executionName: 'test',
    executionArn: 'arn:execution',
    stateMachineName: 'machine',
    stateMachineArn: 'arn:machine',
    roleArn: 'arn:role',
    startedAt: clock.now(),
    signal: new AbortController().signal,
    region: 'eu-central-1',
    clock,
    random: createRandom(),
    journal: createMemoryJournal(),
    tasks: { request: () => Promise.resolve({}), completion: never },
    callbacks: {
      open: () => undefined,
      answer: never,
      lastHeartbeat: () => undefined,
      close: () => undefined,
    },
  });
  void running.then((result) => (status = result.status));
  return { status: () => status };
};

describe.each([-3600, 86_400])('K01 while the wall clock is set by %i s', (seconds) => {
  test.each(Object.keys(machines))('%s is over after 60 s', async (name) => {
    const clock = createSteeredClock();
    const { status } = start(machines[name] ?? {}, clock);
    await clock.advance(30_000);
    clock.jump(seconds);
    await clock.advance(29_999);
    expect(status()).toBe('running');
    await clock.advance(1);
    expect(status()).toBe(name.startsWith('a Wait') ? 'SUCCEEDED' : 'FAILED');
  });
});
