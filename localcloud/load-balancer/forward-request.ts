import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from './balancer-answers.ts';
import type { BalancedTarget } from './balanced-target.ts';
import { exchange } from './exchange.ts';
import type { ForwardSettings } from './exchange.ts';
import type { TargetPool } from './target-pool.ts';

/**
 * Has a target of the group serve the request. Another target is tried once when the first accepted no connection, and a
 * request without a body, of an idempotent method, is sent once more when the idle connection it went out on had been closed
 * by the target. Nothing else is ever sent twice.
 */
export const forwardRequest = async (
  pool: TargetPool,
  client: IncomingMessage,
  response: ServerResponse,
  settings: ForwardSettings,
): Promise<void> => {
  const { counters } = pool;
  const refusedBy = new Set<BalancedTarget>();
  const fail = (status: number): void => {
    counters.balancerAnswer(status);
    if (response.headersSent) response.destroy();
    else answerError(response, status);
  };
  for (;;) {
    const target = pool.pick(refusedBy);
    if (target === undefined) {
      fail(refusedBy.size === 0 ? 503 : 502);
      return;
    }
    if (refusedBy.size === 0) counters.request();
    const known = target.address();
    const address = known instanceof Promise ? await known.catch(() => undefined) : known;
    if (response.destroyed) return;
    const attempt = (freshConnection: boolean): ReturnType<typeof exchange> =>
      address === undefined
        ? Promise.resolve('refused')
        : exchange({ client, response, target, address, counters, settings, freshConnection });
    let outcome = await attempt(false);
    if (outcome === 'stale') {
      counters.resend();
      outcome = await attempt(true);
    }
    if (outcome === 'done') return;
    if (outcome !== 'refused') {
      fail(outcome === 'stale' ? 502 : outcome);
      return;
    }
    counters.connectionError();
    target.forgetAddress();
    if (refusedBy.size > 0) {
      fail(502);
      return;
    }
    refusedBy.add(target);
  }
};
