import type { CloudContext } from '../../cloud-context.ts';
import type { ExecutionRecord } from './execution-store.ts';

// Above this size EventBridge events leave input and output out: 248 KB, https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
const largestData = 248 * 1024;

const data = (text: string | undefined): { value: string | null; details: { included: boolean } | null } => {
  if (text === undefined) return { value: null, details: null };
  const included = text.length <= largestData;
  return { value: included ? text : null, details: { included } };
};

/** Publishes `Step Functions Execution Status Change` for the execution as it is now. */
export const publishStatus = (context: CloudContext, record: ExecutionRecord): void => {
  const input = data(record.input);
  const output = data(record.output);
  context.backplane.publish({
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    resources: [record.arn],
    detail: {
      executionArn: record.arn,
      stateMachineArn: record.machineArn,
      name: record.name,
      status: record.status,
      startDate: record.startedAt,
      stopDate: record.stoppedAt ?? null,
      input: input.value,
      output: output.value,
      inputDetails: input.details,
      outputDetails: output.details,
      error: record.error ?? null,
      cause: record.cause ?? null,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount: 0,
      redriveDate: null,
    },
  });
};
