import type { InvokeMessage, RuntimeStart } from './messages.ts';

/** The context object that a handler gets: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export const invocationContext = (start: RuntimeStart, invocation: InvokeMessage): object => ({
  callbackWaitsForEmptyEventLoop: true,
  functionName: start.functionName,
  functionVersion: start.functionVersion,
  memoryLimitInMB: start.memoryLimitInMB,
  logGroupName: start.logGroupName,
  logStreamName: start.logStreamName,
  invokedFunctionArn: invocation.invokedFunctionArn,
  awsRequestId: invocation.requestId,
  ...(invocation.clientContext === undefined
    ? {}
    : { clientContext: JSON.parse(invocation.clientContext) as unknown }),
  getRemainingTimeInMillis: () => Math.max(0, invocation.deadline - Date.now()),
});
