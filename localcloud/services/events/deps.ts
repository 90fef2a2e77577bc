import type { CloudContext } from '../../cloud-context.ts';
import type { EventRouter } from './event-router.ts';
import type { EventStore } from './event-store.ts';

/** What the operations of this service work on. */
export interface EventsDeps {
  readonly context: CloudContext;
  readonly events: EventStore;
  readonly router: EventRouter;
}
