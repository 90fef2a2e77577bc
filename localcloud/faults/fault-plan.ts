import type { PeerName } from '../service.ts';

/** Which of the calls or deliveries that match a rule it strikes; each one unless told. */
export interface Occasion {
  /** Only the nth, counted from 1. */
  readonly nth?: number;
  /** The kth, the 2kth and so on. */
  readonly every?: number;
  /** 0 to 1; drawn from the plan's seed. */
  readonly probability?: number;
  /** At most so many strikes; then the rule is over. */
  readonly times?: number;
}

/** What happens to a call: exactly one member. */
export interface CallFault {
  /** The service's own throttling error. */
  readonly throttle?: true;
  /** An error of the service, by its code; status 400 unless told. */
  readonly error?: string;
  readonly status?: number;
  readonly message?: string;
  /** Everything takes so much longer. */
  readonly delayMs?: number;
  /** The connection breaks, and nothing has happened. */
  readonly dropBefore?: true;
  /** The connection breaks after everything has happened. */
  readonly dropAfter?: true;
  /** The connection breaks after so many bytes of the body. */
  readonly truncateBody?: number;
  /** One bit of the body's middle byte is wrong; of a stream's first byte. */
  readonly corruptBody?: true;
  /** The answer that the same call had so many calls ago; the oldest known when there were fewer. */
  readonly staleRead?: number;
  /** Nobody finds what the call created for so many milliseconds. */
  readonly hideFor?: number;
  /** `RunInstances` launches at most so many. */
  readonly partial?: number;
  /** `RunInstances` finds no capacity in this zone; `*` in none. */
  readonly capacity?: string;
}

/** When which call fails how. */
export interface CallRule extends Occasion {
  readonly service: PeerName | '*';
  /** Operation, `*` stands for any text: `RunInstances`, `Describe*`. */
  readonly action: string;
  /** Must match some text in the call's input: an id, an ARN, a key, a name. */
  readonly resource?: string;
  /** Role name, `root`, or an AWS service's principal; calls that AWS services make are struck only when it is given. */
  readonly caller?: string;
  readonly do: CallFault;
}

/** Where the cloud delivers something later than it was asked to. */
export type DeliveryChannel =
  /** An event to the target of an EventBridge rule. */
  | 'rule-target'
  /** An asynchronous invocation to its function. */
  | 'async-invoke'
  /** A run of an EventBridge Scheduler schedule to its target. */
  | 'schedule';

/** What happens to a delivery: exactly one member. */
export interface DeliveryFault {
  /** It is made so many times in all. */
  readonly duplicate?: number;
  readonly delayMs?: number;
  /** It comes at some time within so many milliseconds: later ones may overtake it. */
  readonly reorderMs?: number;
  /** It is never made; not for rule targets, which EventBridge never forgets. */
  readonly drop?: true;
  /** So many milliseconds after it has succeeded it is made again; once unless `times` is given. */
  readonly redeliverMs?: number;
}

/** When which delivery goes astray. */
export interface DeliveryRule extends Occasion {
  readonly channel: DeliveryChannel;
  /** Must match the ARN of the target, the rule, the function or the schedule. */
  readonly resource?: string;
  readonly do: DeliveryFault;
}

/** What goes wrong, and when; without rules nothing does. */
export interface FaultPlan {
  /** Of all chances; the same calls in the same order are struck alike. */
  readonly seed?: number;
  readonly rules?: readonly CallRule[];
  readonly delivery?: readonly DeliveryRule[];
}
