import type { Json } from '../model.ts';
import type { ResourceScope } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

interface QueuePolicy {
  readonly Queues: readonly string[];
  readonly PolicyDocument: Json;
}

const setPolicy = async (
  queueUrls: readonly string[],
  Policy: string,
  { peers, call }: ResourceScope,
): Promise<void> => {
  for (const QueueUrl of queueUrls) {
    await peers.sqs.SetQueueAttributes({ QueueUrl, Attributes: { Policy } }, call);
  }
};

/** `AWS::SQS::QueuePolicy` */
export const sqsQueuePolicy = resourceType<QueuePolicy>({
  type: 'AWS::SQS::QueuePolicy',
  properties: { Queues: ['string'], PolicyDocument: 'json' },
  required: ['Queues', 'PolicyDocument'],
  replacing: [],
  attributes: [],
  create: async ({ Queues, PolicyDocument }, scope) => {
    const physicalId = scope.generateName(128);
    scope.started(physicalId);
    await setPolicy(Queues, JSON.stringify(PolicyDocument), scope);
    return { physicalId };
  },
  update: async (physicalId, { Queues, PolicyDocument }, previous, scope) => {
    await setPolicy(
      previous.Queues.filter((url) => !Queues.includes(url)),
      '',
      scope,
    );
    await setPolicy(Queues, JSON.stringify(PolicyDocument), scope);
    return { physicalId };
  },
  delete: (_, { Queues }, scope) => setPolicy(Queues, '', scope),
});
