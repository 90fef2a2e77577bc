import * as EventBridge from '@aws-sdk/client-eventbridge';
import type { CloudContext } from '../../cloud-context.ts';
import { defineService, type Service } from '../../service.ts';
import { createEventBus, deleteEventBus, describeEventBus, listEventBuses } from './buses.ts';
import { deliver } from './deliver.ts';
import { sendToDeadLetterQueue } from './dead-letter.ts';
import { openDeliveryQueue } from './delivery-queue.ts';
import type { EventsDeps } from './deps.ts';
import { createEventRouter, type EventRouter } from './event-router.ts';
import { busName, openEventStore, ruleArn } from './event-store.ts';
import { putEvents } from './put-events.ts';
import * as rules from './rules.ts';
import { createScheduledRules } from './scheduled-rules.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';
import { listTargetsByRule, putTargets, removeTargets } from './targets.ts';

/** EventBridge: buses, rules and targets with durable delivery; owns `backplane.publish`. */
export const createEvents = (context: CloudContext): Service => {
  const events = openEventStore(context);
  const queue = openDeliveryQueue(
    context,
    (delivery) => deliver(context, delivery, (bus, event) => router.route(bus, event)),
    (delivery, failure) => sendToDeadLetterQueue(context, delivery, failure),
  );
  const router: EventRouter = createEventRouter(context, events, queue);
  const schedules = createScheduledRules(context, events, router);
  const deps: EventsDeps = { context, events, router };

  const bus = (name: string | undefined): string =>
    `arn:aws:events:${context.region}:${context.accountId}:event-bus/${busName(name)}`;
  const ofRule = (input: { Name?: string | undefined; EventBusName?: string | undefined }): string[] => [
    ruleArn(context, busName(input.EventBusName), input.Name ?? ''),
  ];
  const ofTargets = (input: { Rule?: string | undefined; EventBusName?: string | undefined }): string[] => [
    ruleArn(context, busName(input.EventBusName), input.Rule ?? ''),
  ];
  const ofBus = (input: { Name?: string | undefined }): string[] => [bus(input.Name)];
  const tagged = (input: { ResourceARN?: string | undefined }): string[] => [input.ResourceARN ?? ''];

  return defineService(EventBridge, {
    name: 'events',
    signingName: 'events',
    protocol: 'json-1.1',
    target: 'AWSEvents',
    version: '2015-10-07',
  })(
    {
      CreateEventBus: (input) => createEventBus(deps, input),
      DescribeEventBus: (input) => describeEventBus(deps, input),
      DeleteEventBus: (input) => deleteEventBus(deps, input),
      ListEventBuses: (input) => listEventBuses(deps, input),
      PutRule: (input) => rules.putRule(deps, input),
      DescribeRule: (input) => rules.describeRule(deps, input),
      DeleteRule: (input) => rules.deleteRule(deps, input),
      ListRules: (input) => rules.listRules(deps, input),
      EnableRule: (input) => rules.setRuleState(deps, input, 'ENABLED'),
      DisableRule: (input) => rules.setRuleState(deps, input, 'DISABLED'),
      ListRuleNamesByTarget: (input) => rules.listRuleNamesByTarget(deps, input),
      TestEventPattern: (input) => rules.testEventPattern(input),
      PutTargets: (input) => putTargets(deps, input),
      RemoveTargets: (input) => removeTargets(deps, input),
      ListTargetsByRule: (input) => listTargetsByRule(deps, input),
      PutEvents: (input) => putEvents(deps, input),
      TagResource: (input) => tagResource(deps, input),
      UntagResource: (input) => untagResource(deps, input),
      ListTagsForResource: (input) => listTagsForResource(deps, input),
    },
    {
      resources: {
        CreateEventBus: ofBus,
        DescribeEventBus: ofBus,
        DeleteEventBus: ofBus,
        PutRule: ofRule,
        DescribeRule: ofRule,
        DeleteRule: ofRule,
        EnableRule: ofRule,
        DisableRule: ofRule,
        PutTargets: ofTargets,
        RemoveTargets: ofTargets,
        ListTargetsByRule: ofTargets,
        PutEvents: (input) => [
          ...new Set((input.Entries ?? []).map(({ EventBusName }) => bus(EventBusName))),
        ],
        TagResource: tagged,
        UntagResource: tagged,
        ListTagsForResource: tagged,
      },
      backplane: { publish: (event) => router.publish(event) },
      lifecycle: {
        start: async () => {
          queue.start();
          schedules.start();
        },
        stop: async () => {
          await schedules.stop();
          await queue.stop();
        },
      },
    },
  );
};
