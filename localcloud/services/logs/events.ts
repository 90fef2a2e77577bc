import type {
  FilterLogEventsCommandInput,
  FilterLogEventsCommandOutput,
  GetLogEventsCommandInput,
  GetLogEventsCommandOutput,
  PutLogEventsCommandInput,
  PutLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { invalidParameter, logStreamNotFound } from './errors.ts';
import { termsOf } from './filter-pattern.ts';
import { findGroup, type LogsDeps } from './groups.ts';
import type { StreamRow } from './log-store.ts';
import { offsetOf } from './page.ts';

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html: at most 10,000 events a call,
// and each counts 26 bytes beside its message.
const eventsPerCall = 10_000;
const eventOverheadBytes = 26;

const findStream = (deps: LogsDeps, group: string, name: string | undefined): StreamRow => {
  const stream = deps.logs.stream(group, name ?? '');
  if (stream === undefined) throw logStreamNotFound();
  return stream;
};

/** Appends events to a stream; durable on return. */
export const putLogEvents = (
  deps: LogsDeps,
  input: PutLogEventsCommandInput,
): Omit<PutLogEventsCommandOutput, '$metadata'> => {
  const group = findGroup(deps, input.logGroupName);
  const stream = findStream(deps, group.name, input.logStreamName);
  const events = input.logEvents ?? [];
  if (events.length === 0 || events.length > eventsPerCall) {
    throw invalidParameter(`logEvents must hold 1 to ${eventsPerCall} events, got ${events.length}`);
  }
  const times = events.map(({ timestamp }) => timestamp ?? 0);
  if (times.some((time, index) => index > 0 && time < (times[index - 1] ?? 0))) {
    throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
  }
  const ingestion = deps.context.clock.now();
  let bytes = 0;
  deps.context.store.transaction(() => {
    for (const { timestamp, message } of events) {
      bytes += Buffer.byteLength(message ?? '') + eventOverheadBytes;
      deps.logs.addEvent(group.name, {
        stream_name: stream.name,
        timestamp: timestamp ?? ingestion,
        ingestion,
        message: message ?? '',
      });
    }
    deps.logs.putStream({
      ...stream,
      first_event: Math.min(stream.first_event ?? Infinity, ...times.slice(0, 1)),
      last_event: Math.max(stream.last_event ?? 0, ...times.slice(-1)),
      last_ingestion: ingestion,
      bytes: stream.bytes + bytes,
    });
  });
  return { nextSequenceToken: String(ingestion) };
};

/** Reads one stream, forwards or backwards; the tokens stand still at either end, as on AWS. */
export const getLogEvents = (
  deps: LogsDeps,
  input: GetLogEventsCommandInput,
): Omit<GetLogEventsCommandOutput, '$metadata'> => {
  const group = findGroup(deps, input.logGroupName ?? input.logGroupIdentifier);
  const stream = findStream(deps, group.name, input.logStreamName);
  const limit = input.limit ?? 10_000;
  const token = /^([fb])\/(\d+)$/.exec(input.nextToken ?? '');
  if (input.nextToken !== undefined && token === null) {
    throw invalidParameter('The specified nextToken is invalid.');
  }
  const query = {
    group: group.name,
    streams: [stream.name],
    ...(input.startTime === undefined ? {} : { from: input.startTime }),
    ...(input.endTime === undefined ? {} : { before: input.endTime }),
  };
  const count = deps.logs.count(query);
  const start = ((): number => {
    if (token === null) return input.startFromHead === true ? 0 : Math.max(0, count - limit);
    const at = Number(token[2]);
    return token[1] === 'f' ? at : Math.max(0, at - limit);
  })();
  const end = token?.[1] === 'b' ? Number(token[2]) : start + limit;
  const rows = deps.logs.events({ ...query, limit: end - start, offset: start });
  return {
    events: rows.map((row) => ({
      timestamp: row.timestamp,
      message: row.message,
      ingestionTime: row.ingestion,
    })),
    nextForwardToken: `f/${start + rows.length}`,
    nextBackwardToken: `b/${start}`,
  };
};

/** Searches the events of a group. */
export const filterLogEvents = (
  deps: LogsDeps,
  input: FilterLogEventsCommandInput,
): Omit<FilterLogEventsCommandOutput, '$metadata'> => {
  const group = findGroup(deps, input.logGroupName ?? input.logGroupIdentifier);
  const limit = input.limit ?? 10_000;
  const offset = offsetOf(input.nextToken);
  const rows = deps.logs.events({
    group: group.name,
    ...(input.logStreamNames === undefined ? {} : { streams: input.logStreamNames }),
    ...(input.logStreamNamePrefix === undefined ? {} : { streamPrefix: input.logStreamNamePrefix }),
    ...(input.startTime === undefined ? {} : { from: input.startTime }),
    ...(input.endTime === undefined ? {} : { before: input.endTime + 1 }),
    contains: termsOf(input.filterPattern ?? ''),
    limit: limit + 1,
    offset,
  });
  return {
    events: rows.slice(0, limit).map((row) => ({
      logStreamName: row.stream_name,
      timestamp: row.timestamp,
      message: row.message,
      ingestionTime: row.ingestion,
      eventId: String(row.id).padStart(56, '0'),
    })),
    searchedLogStreams: [],
    ...(rows.length > limit ? { nextToken: String(offset + limit) } : {}),
  };
};
