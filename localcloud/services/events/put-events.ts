import type * as EventBridge from '@aws-sdk/client-eventbridge';
import type { EventsDeps } from './deps.ts';
import { validationException } from './errors.ts';
import { completeEvent } from './event-router.ts';
import { busName } from './event-store.ts';

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
const maximumBytes = 256 * 1024;
const timeBytes = 14;
const maximumEntries = 10;

type Entry = EventBridge.PutEventsRequestEntry;
type Result = EventBridge.PutEventsResultEntry;

const entryBytes = (entry: Entry): number =>
  [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])].reduce(
    (sum, text) => sum + Buffer.byteLength(text ?? ''),
    entry.Time === undefined ? 0 : timeBytes,
  );

const refused = (ErrorCode: string, ErrorMessage: string): Result => ({ ErrorCode, ErrorMessage });

const required = (name: string): Result =>
  refused('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);

const parseDetail = (text: string): Record<string, unknown> | undefined => {
  try {
    const detail = JSON.parse(text) as unknown;
    const isObject = typeof detail === 'object' && detail !== null && !Array.isArray(detail);
    return isObject ? (detail as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

const putEvent = ({ context, events, router }: EventsDeps, entry: Entry): Result => {
  const { Source: source, DetailType: detailType, Detail: text } = entry;
  if (source === undefined || source === '') return required('Source');
  if (detailType === undefined || detailType === '') return required('DetailType');
  if (text === undefined || text === '') return required('Detail');
  if (source.startsWith('aws.'))
    return refused('NotAuthorizedForSourceException', 'Not authorized for the source.');
  if (detailType.length > 128) {
    return refused(
      'InvalidArgument',
      'Parameter DetailType is not valid. Reason: Must be at most 128 characters.',
    );
  }
  const detail = parseDetail(text);
  if (detail === undefined) return refused('MalformedDetail', 'Detail is malformed.');
  const event = completeEvent(
    context,
    { source, 'detail-type': detailType, resources: entry.Resources ?? [], detail },
    entry.Time?.getTime(),
  );
  const bus = busName(entry.EventBusName);
  if (events.findBus(bus) === undefined)
    context.log('warn', 'event dropped: no such event bus', { bus, event: event.id });
  else router.route(bus, event);
  return { EventId: event.id };
};

/** PutEvents: entries are accepted or refused one by one. */
export const putEvents = (
  deps: EventsDeps,
  input: EventBridge.PutEventsRequest,
): EventBridge.PutEventsResponse => {
  const entries = input.Entries ?? [];
  if (entries.length === 0 || entries.length > maximumEntries) {
    const rule =
      entries.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${maximumEntries}`;
    throw validationException(
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${rule}`,
    );
  }
  if (entries.reduce((sum, entry) => sum + entryBytes(entry), 0) > maximumBytes) {
    throw validationException('Total size of the entries in the request is over the limit.');
  }
  const Entries = deps.context.store.transaction(() => entries.map((entry) => putEvent(deps, entry)));
  return { FailedEntryCount: Entries.filter(({ ErrorCode }) => ErrorCode !== undefined).length, Entries };
};
