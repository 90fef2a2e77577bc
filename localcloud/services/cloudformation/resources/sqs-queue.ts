import type { Json } from '../model.ts';
import { tagsShape } from '../property-shape.ts';
import type { MadeResource, ResourceScope, Tag } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

interface Queue {
  readonly QueueName?: string;
  readonly DelaySeconds?: number;
  readonly KmsDataKeyReusePeriodSeconds?: number;
  readonly KmsMasterKeyId?: string;
  readonly MaximumMessageSize?: number;
  readonly MessageRetentionPeriod?: number;
  readonly ReceiveMessageWaitTimeSeconds?: number;
  readonly RedriveAllowPolicy?: Json;
  readonly RedrivePolicy?: Json;
  readonly SqsManagedSseEnabled?: boolean;
  readonly VisibilityTimeout?: number;
  readonly Tags?: readonly Tag[];
}

const attributesOf = (queue: Queue): Record<string, string> =>
  Object.fromEntries(
    Object.entries(queue)
      .filter(([name, value]) => name !== 'QueueName' && name !== 'Tags' && value !== undefined)
      .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  );

// Numbers go back to AWS's defaults when a template leaves them out, policies go away.
const defaults: Readonly<Record<string, string>> = {
  DelaySeconds: '0',
  KmsMasterKeyId: '',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  RedriveAllowPolicy: '',
  RedrivePolicy: '',
  VisibilityTimeout: '30',
};

const tagMap = (tags: readonly Tag[]): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

const made = async (QueueUrl: string, { peers, call }: ResourceScope): Promise<MadeResource> => {
  const { Attributes } = await peers.sqs.GetQueueAttributes({ QueueUrl, AttributeNames: ['QueueArn'] }, call);
  const name = QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1);
  return { physicalId: QueueUrl, attributes: { Arn: Attributes?.QueueArn, QueueName: name, QueueUrl } };
};

/** `AWS::SQS::Queue` */
export const sqsQueue = resourceType<Queue>({
  type: 'AWS::SQS::Queue',
  properties: {
    QueueName: 'string',
    DelaySeconds: 'number',
    KmsDataKeyReusePeriodSeconds: 'number',
    KmsMasterKeyId: 'string',
    MaximumMessageSize: 'number',
    MessageRetentionPeriod: 'number',
    ReceiveMessageWaitTimeSeconds: 'number',
    RedriveAllowPolicy: 'json',
    RedrivePolicy: 'json',
    SqsManagedSseEnabled: 'boolean',
    VisibilityTimeout: 'number',
    Tags: tagsShape,
  },
  required: [],
  replacing: ['QueueName'],
  attributes: ['Arn', 'QueueName', 'QueueUrl'],
  create: async (properties, scope) => {
    const { QueueUrl = '' } = await scope.peers.sqs.CreateQueue(
      {
        QueueName: properties.QueueName ?? scope.generateName(80),
        Attributes: attributesOf(properties),
        tags: tagMap(scope.tags(properties.Tags)),
      },
      scope.call,
    );
    scope.started(QueueUrl);
    return made(QueueUrl, scope);
  },
  update: async (QueueUrl, properties, previous, scope) => {
    const { peers, call } = scope;
    const Attributes = { ...defaults, ...attributesOf(properties) };
    await peers.sqs.SetQueueAttributes({ QueueUrl, Attributes }, call);
    const gone = (previous.Tags ?? []).map(({ Key }) => Key);
    if (gone.length > 0) await peers.sqs.UntagQueue({ QueueUrl, TagKeys: gone }, call);
    await peers.sqs.TagQueue({ QueueUrl, Tags: tagMap(scope.tags(properties.Tags)) }, call);
    return made(QueueUrl, scope);
  },
  delete: async (QueueUrl, _, scope) => {
    await scope.peers.sqs.DeleteQueue({ QueueUrl }, scope.call);
  },
});
