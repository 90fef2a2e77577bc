import type * as EventBridge from '@aws-sdk/client-eventbridge';
import type { EventsDeps } from './deps.ts';
import { eventBusExists, validationException } from './errors.ts';
import type { BusRecord } from './event-store.ts';
import { busName } from './event-store.ts';
import { page } from '../../page.ts';

const present = (bus: BusRecord): EventBridge.EventBus => ({
  Name: bus.name,
  Arn: bus.arn,
  ...(bus.description === undefined ? {} : { Description: bus.description }),
  CreationTime: new Date(bus.createdAt),
  LastModifiedTime: new Date(bus.createdAt),
});

/** CreateEventBus. */
export const createEventBus = (
  { context, events }: EventsDeps,
  input: EventBridge.CreateEventBusRequest,
): EventBridge.CreateEventBusResponse => {
  const name = input.Name ?? '';
  if (!/^[/.\-_A-Za-z0-9]{1,256}$/.test(name) || name.startsWith('aws.')) {
    throw validationException(`Event bus name '${name}' is not valid.`);
  }
  if (events.findBus(name) !== undefined) throw eventBusExists(name);
  const arn = `arn:aws:events:${context.region}:${context.accountId}:event-bus/${name}`;
  events.putBus({
    name,
    arn,
    createdAt: context.clock.now(),
    tags: Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    ...(input.Description === undefined ? {} : { description: input.Description }),
  });
  return { EventBusArn: arn, ...(input.Description === undefined ? {} : { Description: input.Description }) };
};

/** DescribeEventBus. */
export const describeEventBus = (
  { events }: EventsDeps,
  input: EventBridge.DescribeEventBusRequest,
): EventBridge.DescribeEventBusResponse => present(events.requireBus(busName(input.Name)));

/** DeleteEventBus: deleting what is not there succeeds. */
export const deleteEventBus = ({ events }: EventsDeps, input: EventBridge.DeleteEventBusRequest): object => {
  const name = busName(input.Name);
  if (name === 'default') throw validationException('Cannot delete event bus default.');
  if (events.rules(name).length > 0)
    throw validationException(`Cannot delete event bus ${name} because it has rules.`);
  events.deleteBus(name);
  return {};
};

/** ListEventBuses. */
export const listEventBuses = (
  { events }: EventsDeps,
  input: EventBridge.ListEventBusesRequest,
): EventBridge.ListEventBusesResponse => {
  const matching = events.buses().filter(({ name }) => name.startsWith(input.NamePrefix ?? ''));
  const { items, nextToken } = page(matching, input.NextToken, input.Limit);
  return { EventBuses: items.map(present), ...(nextToken === undefined ? {} : { NextToken: nextToken }) };
};
