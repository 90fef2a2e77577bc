import type { CloudContext } from '../../cloud-context.ts';
import type { CallbackAnswer, Callbacks } from '../../states-language/ports.ts';
import { invalidTaskToken, taskTimedOut } from './errors.ts';

interface Row {
  readonly execution: number;
  readonly status: 'pending' | 'answered' | 'closed';
  readonly answer: string | null;
  readonly heartbeat: number | null;
}

/** The task tokens of all executions. */
export interface TaskTokens {
  /** The tokens as one execution uses them. */
  of(execution: number): Callbacks;
  /** Records the answer to a token; a second answer, or one after the end, is refused as AWS does. */
  settle(token: string, answer: CallbackAnswer): void;
  heartbeat(token: string): void;
  /** Refuses all further answers for the execution. */
  closeAll(execution: number): void;
}

/** Opens the table that `openExecutionStore` has created. */
export const openTaskTokens = (context: Pick<CloudContext, 'store' | 'clock'>): TaskTokens => {
  const { database } = context.store;
  const select = database.prepare(
    'select execution, status, answer, heartbeat from states_token where token = ?',
  );
  const insert = database.prepare(
    "insert or ignore into states_token (token, execution, status) values (?, ?, 'pending')",
  );
  const answer = database.prepare("update states_token set status = 'answered', answer = ? where token = ?");
  const beat = database.prepare('update states_token set heartbeat = ? where token = ?');
  const close = database.prepare("update states_token set status = 'closed', answer = null where token = ?");
  const closeAll = database.prepare(
    "update states_token set status = 'closed', answer = null where execution = ?",
  );
  const waiting = new Map<string, (answer: CallbackAnswer) => void>();

  const find = (token: string): Row | undefined => select.get(token) as unknown as Row | undefined;
  const requirePending = (token: string): void => {
    const row = find(token);
    if (row === undefined) throw invalidTaskToken();
    if (row.status !== 'pending') throw taskTimedOut();
  };

  return {
    of: (execution) => ({
      open: (token) => {
        insert.run(token, execution);
      },
      answer: async (token, signal) => {
        const row = find(token);
        if (row?.status === 'answered' && row.answer !== null)
          return JSON.parse(row.answer) as CallbackAnswer;
        return new Promise((resolve) => {
          waiting.set(token, resolve);
          signal.addEventListener('abort', () => waiting.delete(token), { once: true });
        });
      },
      lastHeartbeat: (token) => find(token)?.heartbeat ?? undefined,
      close: (token) => {
        waiting.delete(token);
        close.run(token);
      },
    }),
    settle: (token, given) => {
      requirePending(token);
      answer.run(JSON.stringify(given), token);
      waiting.get(token)?.(given);
      waiting.delete(token);
    },
    heartbeat: (token) => {
      requirePending(token);
      beat.run(context.clock.now(), token);
    },
    closeAll: (execution) => {
      closeAll.run(execution);
    },
  };
};
