import { afterEach, describe, expect, test } from '@jest/globals';
import type { SchedulerUnderTest } from './scheduler-under-test.ts';
import { functionArn, openScheduler, RoleArn } from './scheduler-under-test.ts';

let world: SchedulerUnderTest;

afterEach(() => world.close());

const exists = (Name: string): Promise<boolean> =>
  world.context.peers.scheduler.GetSchedule({ Name }, world.root).then(
    () => true,
    () => false,
  );

describe('a schedule', () => {
  test('with a rate runs at once and then at its rate', async () => {
    world = await openScheduler('2026-01-01T12:00:00Z');
    await world.create('every', 'rate(5 minutes)');
    await world.until('2026-01-01T12:11:00Z');
    expect(world.invokedAt).toEqual(['2026-01-01T12:00:00Z', '2026-01-01T12:05:00Z', '2026-01-01T12:10:00Z']);
  });

  test('runs from its start date to its end date', async () => {
    world = await openScheduler('2026-01-01T12:00:00Z');
    const StartDate = new Date('2026-01-01T13:30:00Z');
    const EndDate = new Date('2026-01-01T15:30:00Z');
    await world.create('window', 'rate(1 hours)', { StartDate, EndDate });
    await world.create('cron', 'cron(15 * * * ? *)', { StartDate, EndDate });
    await world.until('2026-01-01T18:00:00Z');
    expect(world.invokedAt).toEqual([
      '2026-01-01T13:30:00Z',
      '2026-01-01T14:15:00Z',
      '2026-01-01T14:30:00Z',
      '2026-01-01T15:15:00Z',
      '2026-01-01T15:30:00Z',
    ]);
  });

  test('for one time runs once, in its time zone, and goes when told so', async () => {
    world = await openScheduler('2026-07-01T12:00:00Z');
    const zone = { ScheduleExpressionTimezone: 'Europe/Berlin' };
    await world.create('once', 'at(2026-07-01T19:30:00)', { ...zone, ActionAfterCompletion: 'DELETE' });
    await world.create('kept', 'at(2026-07-01T19:31:00)', zone);
    await world.until('2026-07-01T17:29:59Z');
    expect(await exists('once')).toBe(true);
    await world.until('2026-07-03T12:00:00Z');
    expect(world.invokedAt).toEqual(['2026-07-01T17:30:00Z', '2026-07-01T17:31:00Z']);
    expect([await exists('once'), await exists('kept')]).toEqual([false, true]);
  });

  test('that is disabled does not run, and does not make up for it', async () => {
    world = await openScheduler('2026-01-01T12:00:00Z');
    await world.create('off', 'cron(0 * * * ? *)', { State: 'DISABLED' });
    await world.until('2026-01-01T15:30:00Z');
    expect(world.invokedAt).toEqual([]);
    await world.context.peers.scheduler.UpdateSchedule(
      {
        Name: 'off',
        ScheduleExpression: 'cron(0 * * * ? *)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: functionArn('tick'), RoleArn },
      },
      world.root,
    );
    await world.until('2026-01-01T16:30:00Z');
    expect(world.invokedAt).toEqual(['2026-01-01T16:00:00Z']);
  });

  test('with a flexible window runs somewhere in it', async () => {
    world = await openScheduler('2026-01-01T12:00:00Z');
    const FlexibleTimeWindow = { Mode: 'FLEXIBLE' as const, MaximumWindowInMinutes: 30 };
    await world.create('loose', 'at(2026-01-01T13:00:00)', { FlexibleTimeWindow });
    await world.until('2026-01-01T14:00:00Z');
    const [at = ''] = world.invokedAt;
    expect(world.invokedAt).toHaveLength(1);
    expect(at >= '2026-01-01T13:00:00' && at <= '2026-01-01T13:30:01').toBe(true);
  });

  test('fills in when and which it is', async () => {
    world = await openScheduler('2026-01-01T12:00:00Z');
    const Input = JSON.stringify({
      arn: '<aws.scheduler.schedule-arn>',
      at: '<aws.scheduler.scheduled-time>',
      attempt: '<aws.scheduler.attempt-number>',
      other: '<aws.scheduler.moon>',
    });
    await world.create('told', 'at(2026-01-01T12:30:00)', {
      Target: { Arn: functionArn('tick'), RoleArn, Input },
    });
    await world.until('2026-01-01T13:00:00Z');
    expect(world.lambda.invocations[0]).toMatchObject({
      type: 'Event',
      caller: expect.stringContaining('assumed-role/scheduler/'),
      payload: {
        arn: 'arn:aws:scheduler:eu-central-1:000000000000:schedule/default/told',
        at: '2026-01-01T12:30:00Z',
        attempt: '1',
        other: '<aws.scheduler.moon>',
      },
    });
  });
});

describe('a change', () => {
  const update = (more: object): Promise<unknown> =>
    world.context.peers.scheduler.UpdateSchedule(
      {
        Name: 's',
        ScheduleExpression: 'rate(1 hour)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: functionArn('tick'), RoleArn },
        ...more,
      },
      world.root,
    );

  test('of something else leaves the times as they are', async () => {
    world = await openScheduler('2026-01-01T12:00:00Z');
    await world.create('s', 'rate(1 hour)');
    await world.until('2026-01-01T12:30:00Z');
    await update({ Description: 'new' });
    await world.until('2026-01-01T13:30:00Z');
    expect(world.invokedAt).toEqual(['2026-01-01T12:00:00Z', '2026-01-01T13:00:00Z']);
  });

  test('right after its one time does not run it again', async () => {
    world = await openScheduler('2026-01-01T12:00:00Z');
    const ScheduleExpression = 'at(2026-01-01T12:10:00)';
    await world.create('s', ScheduleExpression);
    await world.until('2026-01-01T12:10:20Z');
    await update({ ScheduleExpression, Description: 'new' });
    await world.until('2026-01-01T13:00:00Z');
    expect(world.invokedAt).toEqual(['2026-01-01T12:10:00Z']);
  });

  test('of the times counts from then', async () => {
    world = await openScheduler('2026-01-01T12:00:00Z');
    await world.create('s', 'cron(0 18 * * ? *)');
    await world.until('2026-01-01T12:30:00Z');
    await update({ ScheduleExpression: 'cron(0 13 * * ? *)' });
    await world.until('2026-01-01T20:00:00Z');
    expect(world.invokedAt).toEqual(['2026-01-01T13:00:00Z']);
  });
});

describe('Y03 after the local cloud was off', () => {
  test.each(['stop', 'kill'] as const)('what was missed runs once, not as a burst (%s)', async (how) => {
    world = await openScheduler('2026-01-01T12:00:00Z');
    await world.create('hourly', 'cron(0 * * * ? *)');
    await world.until('2026-01-01T13:30:00Z');
    await world.offUntil('2026-01-04T20:30:00Z', how);
    expect(world.invokedAt).toEqual(['2026-01-01T13:00:00Z', '2026-01-04T20:30:00Z']);
    expect(world.lambda.invocations[1]?.payload).toMatchObject({ time: '2026-01-04T20:00:00Z' });
    await world.until('2026-01-04T21:30:00Z');
    expect(world.invokedAt.slice(2)).toEqual(['2026-01-04T21:00:00Z']);
  });

  test('nothing that has run runs again', async () => {
    world = await openScheduler('2026-01-01T12:00:00Z');
    await world.create('once', 'at(2026-01-01T13:00:00)');
    await world.create('daily', 'cron(0 13 * * ? *)');
    await world.until('2026-01-01T13:00:00Z');
    await world.offUntil('2026-01-01T13:00:00Z', 'kill');
    await world.until('2026-01-01T23:00:00Z');
    expect(world.invokedAt).toEqual(['2026-01-01T13:00:00Z', '2026-01-01T13:00:00Z']);
  });

  test('what was missed runs in the order of its times', async () => {
    const order: unknown[] = [];
    world = await openScheduler('2026-01-05T12:00:00Z', { note: (payload) => void order.push(payload) });
    const target = (Input: string) => ({ Target: { Arn: functionArn('note'), RoleArn, Input } });
    await world.create('a-on', 'cron(0 6 * * ? *)', target('"on"'));
    await world.create('b-off', 'cron(0 20 * * ? *)', target('"off"'));
    await world.offUntil('2026-01-08T07:00:00Z');
    expect(order).toEqual(['off', 'on']);
    await world.offUntil('2026-01-09T22:00:00Z');
    expect(order).toEqual(['off', 'on', 'on', 'off']);
  });
});
