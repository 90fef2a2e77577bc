import type { CloudContext } from '../../../cloud-context.ts';
import type { Call } from '../../../service.ts';
import type { TaskCall } from '../../../states-language/ports.ts';
import type { ExecutionStore } from '../execution-store.ts';

/** The execution on whose behalf tasks call. */
export interface CallingExecution {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly roleArn: string;
}

/** What tasks are made with. */
export interface TaskContext {
  readonly context: CloudContext;
  readonly executions: ExecutionStore;
  /** Resolves when an execution has ended. */
  readonly ended: (arn: string) => Promise<void>;
}

/** A call in the name of the state machine's role, or of the role that the task's `Credentials` name. */
export const roleCall = (context: CloudContext, execution: CallingExecution, call: TaskCall): Call => ({
  ...context.asRole(call.roleArn ?? execution.roleArn, execution.name.slice(0, 64)),
  signal: call.signal,
});
