import type { CloudContext } from '../../cloud-context.ts';
import type { CodeStore } from './code-store.ts';
import type { EnvironmentPool } from './environment-pool.ts';
import type { FunctionStore } from './function-store.ts';

/** What the operations of Lambda work on. */
export interface LambdaDeps {
  readonly context: CloudContext;
  readonly store: FunctionStore;
  readonly code: CodeStore;
  readonly pool: EnvironmentPool;
}
