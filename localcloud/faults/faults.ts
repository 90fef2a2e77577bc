import { compileWildcard } from '../policies/wildcard.ts';
import type { Caller } from '../identity.ts';
import type { PeerName } from '../service.ts';
import { textsIn } from './created-ids.ts';
import type {
  CallFault,
  CallRule,
  DeliveryChannel,
  DeliveryFault,
  DeliveryRule,
  FaultPlan,
} from './fault-plan.ts';
import { seededChance } from './seeded-chance.ts';
import type { StrikeCounter } from './strike-counter.ts';
import { createStrikeCounter } from './strike-counter.ts';

/** A call as the rules see it. */
export interface StruckCall {
  readonly service: PeerName;
  readonly action: string;
  readonly input: object;
  readonly caller: Caller;
}

/** What goes wrong in a local cloud. Nothing does until a plan is set. */
export interface Faults {
  plan(): FaultPlan;
  /** Takes the place of the plan before; all counts begin anew. */
  set(plan: FaultPlan): void;
  clear(): void;
  /** How often each rule has struck, in the order of the plan: `rules`, then `delivery`. */
  struck(): readonly number[];
  /** What happens to a call. */
  ofCall(call: StruckCall): readonly CallFault[];
  /** What happens to a delivery, to be made or just made. `arns`: of its target, and of what it comes from. */
  ofDelivery(
    moment: 'before' | 'after',
    channel: DeliveryChannel,
    arns: readonly (string | undefined)[],
  ): readonly DeliveryFault[];
  /** In [0, 1), of the plan's seed. */
  chance(): number;
}

interface Armed<Rule> {
  readonly rule: Rule;
  readonly counter: StrikeCounter;
}

const nameOf = ({ kind, roleName, arn }: Caller): string => (kind === 'root' ? 'root' : (roleName ?? arn));

const matchesCall = (rule: CallRule, { service, action, input, caller }: StruckCall): boolean => {
  if (rule.service !== '*' && rule.service !== service) return false;
  if (!compileWildcard(rule.action)(action)) return false;
  // No zone has room for some callers only.
  const isForAll = rule.caller === undefined && rule.do.capacity !== undefined;
  if (rule.caller === undefined && caller.kind === 'service' && !isForAll) return false;
  if (rule.caller !== undefined && !compileWildcard(rule.caller)(nameOf(caller))) return false;
  return rule.resource === undefined || [...textsIn(input)].some(compileWildcard(rule.resource));
};

const matchesDelivery = (
  { channel, resource }: DeliveryRule,
  wanted: DeliveryChannel,
  arns: readonly (string | undefined)[],
): boolean =>
  channel === wanted &&
  (resource === undefined || arns.some((arn) => arn !== undefined && compileWildcard(resource)(arn)));

const strikesOf = <Rule extends { readonly do: unknown }>(
  armed: readonly Armed<Rule>[],
  matches: (rule: Rule) => boolean,
): readonly Rule['do'][] =>
  armed.flatMap(({ rule, counter }) => (matches(rule) && counter.strikes() ? [rule.do] : []));

/** Creates faults without a plan. */
export const createFaults = (): Faults => {
  let plan: FaultPlan = {};
  let chance = seededChance(0);
  let calls: readonly Armed<CallRule>[] = [];
  let deliveries: readonly Armed<DeliveryRule>[] = [];

  const set = (next: FaultPlan): void => {
    plan = next;
    chance = seededChance(next.seed ?? 0);
    const draw = chance;
    calls = (next.rules ?? []).map((rule) => ({ rule, counter: createStrikeCounter(rule, draw) }));
    deliveries = (next.delivery ?? []).map((rule) => {
      const occasion = rule.do.redeliverMs === undefined ? rule : { times: 1, ...rule };
      return { rule, counter: createStrikeCounter(occasion, draw) };
    });
  };

  return {
    plan: () => plan,
    set,
    clear: () => set({}),
    struck: () => [...calls, ...deliveries].map(({ counter }) => counter.struck()),
    ofCall: (call) => (calls.length === 0 ? [] : strikesOf(calls, (rule) => matchesCall(rule, call))),
    ofDelivery: (moment, channel, arns) => {
      const isMeant = (rule: DeliveryRule): boolean =>
        (rule.do.redeliverMs !== undefined) === (moment === 'after') && matchesDelivery(rule, channel, arns);
      return deliveries.length === 0 ? [] : strikesOf(deliveries, isMeant);
    },
    chance: () => chance(),
  };
};
