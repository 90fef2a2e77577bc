import { digestOf } from '../names.ts';
import type { PlannedReplacement, RecyclingPlan } from './fleet.ts';
import type { ReplacementOrder } from './replacement-order.ts';

/** The state's output may have 262,144 bytes (AWS-FACTS 4.6); what does not fit comes with the next plan. */
const LONGEST_OUTPUT = 200_000;

/** What the plan was asked for, and what it found of the environments. */
export interface OrderRequest extends Pick<RecyclingPlan, 'turnOver'> {
  /** The minute of the plan. */
  readonly planId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly all?: boolean;
  readonly requestedBy?: string;
  readonly requestId?: string;
}

/**
 * Whoever plans the same machines for the same reason gives their replacement the same name: in the same minute where the
 * schedule did, which may be delivered twice, and at any time where the same person's request did. Step Functions refuses a
 * name for 90 days (AWS-FACTS 4.6), so that no other reason may share it.
 */
const nameOf = (
  { planId, requestId = planId }: OrderRequest,
  { groupName, retire }: PlannedReplacement,
): string => {
  const ids = retire.map(({ instanceId }) => instanceId).toSorted();
  return `recycle-${requestId}-${digestOf([groupName, ...ids], 16)}`;
};

/** What each group's execution is started with, by its name; as many as a state's output holds. */
export const toOrders = (
  replacements: readonly PlannedReplacement[],
  request: OrderRequest,
): readonly ReplacementOrder[] => {
  const { turnOver, now, all = false, requestedBy } = request;
  const outlooks = new Map(turnOver.map((outlook) => [outlook.environment, outlook]));
  let length = 0;
  const orders: ReplacementOrder[] = [];
  for (const replacement of replacements) {
    const { machines = 0, seconds = 0 } = outlooks.get(replacement.environment) ?? {};
    const order: ReplacementOrder = {
      ...replacement,
      name: nameOf(request, replacement),
      total: machines,
      turnOverSeconds: seconds,
      seenAt: new Date(now).toISOString(),
      ...(all ? { launchedBefore: now } : {}),
      ...(requestedBy === undefined ? {} : { requestedBy }),
    };
    length += JSON.stringify(order).length + 1;
    if (length > LONGEST_OUTPUT) break;
    orders.push(order);
  }
  return orders;
};
