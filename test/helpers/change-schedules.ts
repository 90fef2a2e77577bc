import {
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import type { UpdateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import type { RunningKiln } from './start-kiln.ts';

/** Changes every schedule of the stack. */
export const changeSchedules = async (
  { connection }: Pick<RunningKiln, 'connection'>,
  change: Partial<Pick<UpdateScheduleCommandInput, 'State' | 'ScheduleExpression'>>,
): Promise<void> => {
  const scheduler = new SchedulerClient(connection.config);
  const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({}));
  for (const { Name, GroupName } of Schedules) {
    const { Target, FlexibleTimeWindow, ScheduleExpression, ScheduleExpressionTimezone } =
      await scheduler.send(new GetScheduleCommand({ Name, GroupName }));
    await scheduler.send(
      new UpdateScheduleCommand({
        Name,
        GroupName,
        Target,
        FlexibleTimeWindow,
        ScheduleExpression,
        ScheduleExpressionTimezone,
        ...change,
      }),
    );
  }
  scheduler.destroy();
};
