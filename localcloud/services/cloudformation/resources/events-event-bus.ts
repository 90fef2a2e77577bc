import { tagsShape } from '../property-shape.ts';
import type { Tag } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

interface EventBus {
  readonly Name: string;
  readonly Description?: string;
  readonly Tags?: readonly Tag[];
}

/** `AWS::Events::EventBus` */
export const eventsEventBus = resourceType<EventBus>({
  type: 'AWS::Events::EventBus',
  properties: { Name: 'string', Description: 'string', Tags: tagsShape },
  required: ['Name'],
  // AWS changes a description in place; here nothing but the name can change, and a new bus needs a new name.
  replacing: ['Name'],
  ignored: ['LogConfig'],
  attributes: ['Arn', 'Name'],
  create: async ({ Name, Description, Tags }, scope) => {
    const { EventBusArn } = await scope.peers.events.CreateEventBus(
      { Name, ...(Description === undefined ? {} : { Description }), Tags: scope.tags(Tags) },
      scope.call,
    );
    return { physicalId: Name, attributes: { Arn: EventBusArn, Name } };
  },
  update: async (name, { Tags }, previous, scope) => {
    const { events } = scope.peers;
    const { Arn } = await events.DescribeEventBus({ Name: name }, scope.call);
    const gone = (previous.Tags ?? []).map(({ Key }) => Key);
    if (gone.length > 0) await events.UntagResource({ ResourceARN: Arn, TagKeys: gone }, scope.call);
    await events.TagResource({ ResourceARN: Arn, Tags: scope.tags(Tags) }, scope.call);
    return { physicalId: name, attributes: { Arn, Name: name } };
  },
  delete: async (name, _, scope) => {
    await scope.peers.events.DeleteEventBus({ Name: name }, scope.call);
  },
});
