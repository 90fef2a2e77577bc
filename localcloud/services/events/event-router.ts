import type { CloudContext, CloudEvent } from '../../cloud-context.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import type { EventStore, RuleRecord } from './event-store.ts';
import { busName } from './event-store.ts';
import { targetInput } from './target-input.ts';

/** Finds the rules that an event matches and queues it for their targets. */
export interface EventRouter {
  /** Durable on return; throws nothing. */
  route(bus: string, event: CloudEvent): void;
  /** Queues an event for the targets of one rule. */
  queue(rule: RuleRecord, event: CloudEvent): void;
  /** Puts an event of an AWS service on the default bus. */
  publish(event: Pick<CloudEvent, 'detail-type' | 'source' | 'resources' | 'detail'>): void;
}

/** An event as it is delivered: with id, account, region and time (whole seconds). */
export const completeEvent = (
  context: CloudContext,
  event: Pick<CloudEvent, 'detail-type' | 'source' | 'resources' | 'detail'>,
  time = context.clock.now(),
): CloudEvent => ({
  version: '0',
  id: context.random.uuid(),
  'detail-type': event['detail-type'],
  source: event.source,
  account: context.accountId,
  time: new Date(time).toISOString().replace(/\.\d+Z$/, 'Z'),
  region: context.region,
  resources: event.resources,
  detail: event.detail,
});

/** Creates the router over buses and queue. */
export const createEventRouter = (
  context: CloudContext,
  events: EventStore,
  deliveries: DeliveryQueue,
): EventRouter => {
  const queue = (rule: RuleRecord, event: CloudEvent): void => {
    const facts = {
      name: rule.name,
      arn: rule.arn,
      ingestionTime: new Date(context.clock.now()).toISOString(),
    };
    const text = JSON.stringify(event);
    for (const target of rule.targets) {
      const input = targetInput(target, event, facts);
      deliveries.add({ eventId: event.id, ruleArn: rule.arn, target, input, event: text });
    }
  };
  const note = ({ source, resources, 'detail-type': detailType }: CloudEvent): void => {
    if (context.history.isOn)
      context.history.add(source, { kind: 'event', source, detailType, ids: resources });
  };
  const route = (bus: string, event: CloudEvent): void => {
    note(event);
    const matching = events
      .rules(busName(bus))
      .filter(
        ({ record, pattern }) =>
          record.state !== 'DISABLED' && record.targets.length > 0 && pattern?.matches(event),
      );
    if (matching.length === 0) return;
    context.store.transaction(() => {
      for (const { record } of matching) queue(record, event);
    });
  };
  return { route, queue, publish: (event) => route('default', completeEvent(context, event)) };
};
