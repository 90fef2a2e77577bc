import type { CloudContext } from '../../cloud-context.ts';
import type { ExecutionRunner } from './execution-runner.ts';
import type { ExecutionStore } from './execution-store.ts';
import type { StateMachineStore } from './state-machine-store.ts';
import type { JournalStore } from './stored-journal.ts';
import type { TaskTokens } from './task-tokens.ts';

/** What the operations of this service work on. */
export interface StatesDeps {
  readonly context: CloudContext;
  readonly machines: StateMachineStore;
  readonly executions: ExecutionStore;
  readonly journals: JournalStore;
  readonly tokens: TaskTokens;
  readonly runner: ExecutionRunner;
}
