import type { CloudContext } from '../../cloud-context.ts';
import { ExecutionHalted, ExecutionStopped } from '../../states-language/abort-reasons.ts';
import type { Definition } from '../../states-language/definition.ts';
import type { ExecutionResult } from '../../states-language/execute.ts';
import { execute } from '../../states-language/execute.ts';
import type { Journal } from '../../states-language/journal.ts';
import type { Json } from '../../states-language/json.ts';
import type { ExecutionRecord, ExecutionStore } from './execution-store.ts';
import type { StateMachineStore } from './state-machine-store.ts';
import { publishStatus } from './status-event.ts';
import type { JournalStore } from './stored-journal.ts';
import type { TaskTokens } from './task-tokens.ts';
import { createTaskRunner } from './tasks/task-runner.ts';

/** Runs executions. */
export interface ExecutionRunner {
  /** Starts, or goes on with, a stored execution. */
  launch(record: ExecutionRecord): void;
  /** Aborts an execution; resolves when its end is stored. */
  stop(arn: string, error: string | undefined, cause: string | undefined): Promise<void>;
  /** Resolves when the execution has ended; at once when it does not run. */
  ended(arn: string): Promise<void>;
  /** Writes everything that running executions have done so far. */
  flush(arn: string): void;
  resumeAll(): void;
  /** Lets go of all executions without ending them. */
  halt(): Promise<void>;
}

interface Running {
  readonly controller: AbortController;
  readonly done: Promise<void>;
  readonly flush: () => void;
}

interface Parts {
  readonly context: CloudContext;
  readonly executions: ExecutionStore;
  readonly machines: StateMachineStore;
  readonly journals: JournalStore;
  readonly tokens: TaskTokens;
}

const withResult = (
  record: ExecutionRecord,
  result: ExecutionResult,
  stoppedAt: number,
): ExecutionRecord => ({
  ...record,
  status: result.status,
  stoppedAt,
  ...(result.output === undefined ? {} : { output: JSON.stringify(result.output) }),
  ...(result.error === undefined ? {} : { error: result.error }),
  ...(result.cause === undefined ? {} : { cause: result.cause }),
});

const writeBreakOff = (journal: Journal, timestamp: number, cause: string): void => {
  const previousEventId = journal.eventCount();
  const executionFailedEventDetails = { error: 'States.Runtime', cause };
  const id = previousEventId + 1;
  journal.write('end', {
    event: { id, previousEventId, timestamp, type: 'ExecutionFailed', executionFailedEventDetails },
  });
};

/** Creates the runner; one for each local cloud. */
export const createExecutionRunner = (parts: Parts): ExecutionRunner => {
  const { context, executions, machines, journals, tokens } = parts;
  const running = new Map<string, Running>();
  const definitions = new Map<string, Definition>();
  let halted = false;

  const definitionOf = (revisionId: string): { definition: Definition; name: string; roleArn: string } => {
    const revision = machines.revisions.get(revisionId);
    if (revision === undefined) throw new Error(`the revision '${revisionId}' of a state machine is gone`);
    const definition = definitions.get(revisionId) ?? (JSON.parse(revision.definition) as Definition);
    definitions.set(revisionId, definition);
    return { definition, name: revision.name, roleArn: revision.roleArn };
  };

  const run = async (record: ExecutionRecord, controller: AbortController): Promise<void> => {
    const journal = journals.open(record.id);
    const current = running.get(record.arn);
    if (current !== undefined) running.set(record.arn, { ...current, flush: () => journal.flush() });
    let result: ExecutionResult;
    try {
      const { definition, name, roleArn } = definitionOf(record.revisionId);
      result = await execute({
        definition,
        input: JSON.parse(record.input) as Json,
        executionArn: record.arn,
        executionName: record.name,
        stateMachineArn: record.machineArn,
        stateMachineName: name,
        roleArn,
        startedAt: record.startedAt,
        signal: controller.signal,
        region: context.region,
        clock: context.clock,
        random: context.random,
        journal,
        tasks: createTaskRunner({ context, ended: (arn) => ended(arn), executions }, { ...record, roleArn }),
        callbacks: tokens.of(record.id),
      });
    } catch (error) {
      if (halted || error instanceof ExecutionHalted) return;
      context.log('error', 'execution broke off', { execution: record.arn, error: String(error) });
      result = { status: 'FAILED', error: 'States.Runtime', cause: String(error) };
      writeBreakOff(journal, context.clock.now(), String(error));
    }
    const finished = withResult(record, result, context.clock.now());
    context.store.transaction(() => {
      journal.flush();
      executions.finish(finished);
      tokens.closeAll(record.id);
      publishStatus(context, finished);
    });
  };

  const ended = async (arn: string): Promise<void> => {
    await running.get(arn)?.done;
  };

  const launch = (record: ExecutionRecord): void => {
    if (halted || running.has(record.arn)) return;
    const controller = new AbortController();
    const done = Promise.resolve()
      .then(() => run(record, controller))
      .catch((error: unknown) => {
        context.log('error', 'the end of an execution could not be stored', {
          execution: record.arn,
          error: String(error),
        });
      })
      .finally(() => running.delete(record.arn));
    running.set(record.arn, { controller, done, flush: () => undefined });
  };

  return {
    launch,
    stop: async (arn, error, cause) => {
      const execution = running.get(arn);
      execution?.controller.abort(new ExecutionStopped(error, cause));
      await execution?.done;
    },
    ended,
    flush: (arn) => running.get(arn)?.flush(),
    resumeAll: () => {
      halted = false;
      for (const record of executions.running()) launch(record);
    },
    halt: async () => {
      halted = true;
      const all = [...running.values()];
      for (const { controller } of all) controller.abort(new ExecutionHalted());
      await Promise.allSettled(all.map(({ done }) => done));
    },
  };
};
