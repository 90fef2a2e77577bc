import type {
  CreateLogStreamCommandInput,
  DeleteLogStreamCommandInput,
  DescribeLogStreamsCommandInput,
  DescribeLogStreamsCommandOutput,
  LogStream,
} from '@aws-sdk/client-cloudwatch-logs';
import { invalidParameter, logStreamExists, logStreamNotFound } from './errors.ts';
import { findGroup, logGroupArn, type LogsDeps } from './groups.ts';
import type { StreamRow } from './log-store.ts';
import { pageOf } from './page.ts';

/** Creates a log stream in a group. */
export const createLogStream = (
  deps: LogsDeps,
  input: CreateLogStreamCommandInput,
): Record<string, never> => {
  const group = findGroup(deps, input.logGroupName);
  const name = input.logStreamName ?? '';
  if (!/^[^:*]{1,512}$/.test(name)) {
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`,
    );
  }
  if (deps.logs.stream(group.name, name) !== undefined) throw logStreamExists();
  deps.logs.putStream({
    group_name: group.name,
    name,
    created: deps.context.clock.now(),
    first_event: null,
    last_event: null,
    last_ingestion: null,
    bytes: 0,
  });
  return {};
};

/** Deletes a stream with its events. */
export const deleteLogStream = (
  deps: LogsDeps,
  input: DeleteLogStreamCommandInput,
): Record<string, never> => {
  const group = findGroup(deps, input.logGroupName);
  const name = input.logStreamName ?? '';
  if (deps.logs.stream(group.name, name) === undefined) throw logStreamNotFound();
  deps.logs.deleteStream(group.name, name);
  return {};
};

const describe = (groupArn: string, stream: StreamRow): LogStream => ({
  logStreamName: stream.name,
  creationTime: stream.created,
  ...(stream.first_event === null ? {} : { firstEventTimestamp: stream.first_event }),
  ...(stream.last_event === null ? {} : { lastEventTimestamp: stream.last_event }),
  ...(stream.last_ingestion === null ? {} : { lastIngestionTime: stream.last_ingestion }),
  uploadSequenceToken: String(stream.last_ingestion ?? stream.created),
  arn: `${groupArn}:log-stream:${stream.name}`,
  storedBytes: 0,
});

/** Lists the streams of a group, by name or by the time of their last event. */
export const describeLogStreams = (
  deps: LogsDeps,
  input: DescribeLogStreamsCommandInput,
): Omit<DescribeLogStreamsCommandOutput, '$metadata'> => {
  const group = findGroup(deps, input.logGroupName ?? input.logGroupIdentifier);
  if (input.orderBy === 'LastEventTime' && input.logStreamNamePrefix !== undefined) {
    throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
  }
  const streams = deps.logs
    .streams(group.name)
    .filter(({ name }) => name.startsWith(input.logStreamNamePrefix ?? ''));
  if (input.orderBy === 'LastEventTime') {
    streams.sort((a, b) => (a.last_event ?? a.created) - (b.last_event ?? b.created));
  }
  if (input.descending === true) streams.reverse();
  const page = pageOf(streams, input.nextToken, input.limit ?? 50);
  const groupArn = logGroupArn(deps.context, group.name);
  return {
    logStreams: page.items.map((stream) => describe(groupArn, stream)),
    ...(page.nextToken === undefined ? {} : { nextToken: page.nextToken }),
  };
};
