import type { CloudContext } from '../../cloud-context.ts';
import { queueDoesNotExist } from './errors.ts';
import type { QueueAttributes } from './queue-attributes.ts';

/** A queue as stored. Times in milliseconds since the epoch. */
export interface QueueRecord {
  readonly name: string;
  readonly arn: string;
  readonly attributes: QueueAttributes;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly changedAt: number;
}

/** The queues; reads come from memory, writes go through to the store. */
export interface QueueStore {
  list(): readonly QueueRecord[];
  find(name: string): QueueRecord | undefined;
  /** The queue behind a URL (or a name); throws `QueueDoesNotExist`. */
  require(queueUrl: string | undefined): QueueRecord;
  put(queue: QueueRecord): void;
  delete(name: string): void;
}

/** The name in a queue's URL. The URL's host is not looked at: the local cloud may have another port today. */
export const queueNameOf = (queueUrl = ''): string => queueUrl.slice(queueUrl.lastIndexOf('/') + 1);

/** `arn:aws:sqs:<region>:<account>:<name>`. */
export const queueArn = (
  { region, accountId }: Pick<CloudContext, 'region' | 'accountId'>,
  name: string,
): string => `arn:aws:sqs:${region}:${accountId}:${name}`;

/** `http://127.0.0.1:<port>/<account>/<name>`. */
export const queueUrl = (context: Pick<CloudContext, 'endpointUrl' | 'accountId'>, name: string): string =>
  `${context.endpointUrl()}/${context.accountId}/${name}`;

/** Opens the store. */
export const openQueueStore = ({ store }: CloudContext): QueueStore => {
  const documents = store.collection<QueueRecord>('sqs.queue');
  const queues = new Map(documents.list().map((queue) => [queue.name, queue]));
  return {
    list: () => [...queues.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    find: (name) => queues.get(name),
    require: (url) => {
      const queue = queues.get(queueNameOf(url));
      if (queue === undefined) throw queueDoesNotExist();
      return queue;
    },
    put: (queue) => {
      documents.put(queue.name, queue);
      queues.set(queue.name, queue);
    },
    delete: (name) => {
      documents.delete(name);
      queues.delete(name);
    },
  };
};
