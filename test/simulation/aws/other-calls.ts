import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ExecutionDoesNotExist } from '@aws-sdk/client-sfn';
import type { Executions } from '../executions.ts';
import type { Account } from './account.ts';
import type { Calls } from './calls.ts';

/** What the pipeline asks CloudWatch, S3 and Step Functions besides. */
export const answerOtherCalls = (
  account: Account,
  documents: ReadonlyMap<string, object>,
  executions: Executions,
  calls: Calls,
): void => {
  calls.on(DescribeAlarmsCommand, ({ AlarmNames = [] }) => ({
    MetricAlarms: AlarmNames.filter((name) => account.alarms.has(name)).map((AlarmName) => ({
      AlarmName,
      StateValue: account.alarms.get(AlarmName),
    })),
  }));
  calls.on(ListObjectsV2Command, ({ Prefix = '' }) => ({
    Contents: [...documents.keys()]
      .filter((key) => key.startsWith(Prefix))
      .toSorted()
      .map((Key) => ({ Key })),
  }));
  calls.on(DescribeExecutionCommand, ({ executionArn = '' }) => {
    const execution = executions.all.get(executionArn);
    if (execution === undefined) throw new ExecutionDoesNotExist({ message: executionArn, $metadata: {} });
    return { executionArn, status: execution.status };
  });
};
