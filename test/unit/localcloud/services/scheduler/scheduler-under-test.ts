import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreateScheduleInput } from '@aws-sdk/client-scheduler';
import type { CloudContext } from '#localcloud/cloud-context';
import { createContext } from '#localcloud/create-context';
import { createRandom } from '#localcloud/random';
import type { Call } from '#localcloud/service';
import { createScheduler } from '#localcloud/services/scheduler/index';
import { createSqs } from '#localcloud/services/sqs/index';
import { openStore } from '#localcloud/store';
import type { FakeFunction, FakeLambda } from '#test/helpers/fake-lambda';
import { createFakeLambda } from '#test/helpers/fake-lambda';
import { createManualClock } from '#test/helpers/manual-clock';

/** Scheduler, queues and functions of the test on a clock that the test moves, in one process without a network. */
export interface SchedulerUnderTest {
  readonly context: CloudContext;
  readonly root: Call;
  readonly lambda: FakeLambda;
  /** When a function was invoked, as `2026-01-01T12:00:00Z`. */
  readonly invokedAt: string[];
  /** Creates a schedule for the function `tick`. */
  create(Name: string, ScheduleExpression: string, more?: Partial<CreateScheduleInput>): Promise<void>;
  /** Lets the time pass up to then. */
  until(time: string): Promise<void>;
  /** Ends it and starts it again at a later time: what a laptop does overnight. `kill` leaves no time to end. */
  offUntil(time: string, how?: 'stop' | 'kill'): Promise<void>;
  close(): Promise<void>;
}

const account = '000000000000';

/** The ARN of a function. */
export const functionArn = (name: string): string =>
  `arn:aws:lambda:eu-central-1:${account}:function:${name}`;

/** The role of the schedules. */
export const RoleArn = `arn:aws:iam::${account}:role/scheduler`;

const seconds = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z');

/** Opens it at `startAt`; all functions but those given only say when they were invoked. */
export const openScheduler = async (
  startAt: string,
  functions: Readonly<Record<string, FakeFunction>> = {},
): Promise<SchedulerUnderTest> => {
  const stateDir = mkdtempSync(join(tmpdir(), 'scheduler-'));
  let clock = createManualClock(Date.parse(startAt));
  const invokedAt: string[] = [];
  const lambda = createFakeLambda({
    tick: () => void invokedAt.push(seconds(clock.now())),
    ...functions,
  });

  const open = async () => {
    const store = openStore(stateDir);
    const pending = createContext({
      stateDir,
      store,
      region: 'eu-central-1',
      clock,
      random: createRandom(),
      log: () => undefined,
      enforcePermissions: false,
    });
    const services = [lambda.factory, createSqs, createScheduler].map((create) => create(pending.context));
    for (const service of services) pending.addService(service);
    pending.setEndpointUrl('http://127.0.0.1:4566');
    for (const service of services) await service.start?.();
    return { context: pending.context, services, store };
  };
  type Open = Awaited<ReturnType<typeof open>>;
  const stop = async ({ services }: Open): Promise<void> => {
    for (const service of services.toReversed()) await service.stop?.();
  };

  let running = await open();
  const root: Call = {
    requestId: 'request-1',
    caller: { kind: 'root', arn: `arn:aws:iam::${account}:root`, accountId: account },
  };
  return {
    get context() {
      return running.context;
    },
    root,
    lambda,
    invokedAt,
    create: async (Name, ScheduleExpression, more = {}) => {
      const Target = { Arn: functionArn('tick'), RoleArn };
      await running.context.peers.scheduler.CreateSchedule(
        { Name, ScheduleExpression, FlexibleTimeWindow: { Mode: 'OFF' }, Target, ...more },
        root,
      );
    },
    until: (time) => clock.advanceTo(Date.parse(time)),
    offUntil: async (time, how = 'stop') => {
      if (how === 'stop') await stop(running);
      // Killed: its clock stands still for ever, so that it does nothing any more.
      clock = createManualClock(Date.parse(time));
      running = await open();
      await clock.advanceTo(Date.parse(time));
    },
    close: async () => {
      await stop(running);
      running.store.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
};
