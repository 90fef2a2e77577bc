import type { CloudContext } from '../../cloud-context.ts';
import type { MessageStore } from './message-store.ts';
import type { QueueStore } from './queue-store.ts';
import type { Receivers } from './receivers.ts';

/** What the operations of this service work on. */
export interface SqsDeps {
  readonly context: CloudContext;
  readonly queues: QueueStore;
  readonly messages: MessageStore;
  readonly receivers: Receivers;
}
