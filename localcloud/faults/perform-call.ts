import { Readable } from 'node:stream';
import type { CloudContext } from '../cloud-context.ts';
import { AwsError } from '../errors.ts';
import { newIdsIn, textsIn, textsOf, withoutHidden } from './created-ids.ts';
import type { CallFault } from './fault-plan.ts';
import type { StruckCall } from './faults.ts';
import { noCapacity, notFound, throttled } from './service-errors.ts';

/** The connection breaks without an answer. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

/** What the faults of one local cloud remember between calls. */
export interface CallMemory {
  /** Ids that nobody finds yet, with the time until when. */
  readonly hidden: Map<string, number>;
  /** Answers of calls that may be answered stale, the latest last. */
  readonly answers: Map<string, object[]>;
}

const MOST_ANSWERS = 100;

const hiddenNow = ({ hidden }: CallMemory, now: number): ReadonlySet<string> => {
  for (const [id, until] of hidden) if (until <= now) hidden.delete(id);
  return new Set(hidden.keys());
};

const zoneOf = async (context: CloudContext, input: object): Promise<string | undefined> => {
  const { SubnetId, Placement, NetworkInterfaces } = input as {
    readonly SubnetId?: string;
    readonly Placement?: { readonly AvailabilityZone?: string };
    readonly NetworkInterfaces?: readonly { readonly SubnetId?: string }[];
  };
  const subnet = SubnetId ?? NetworkInterfaces?.[0]?.SubnetId;
  if (subnet === undefined) return Placement?.AvailabilityZone;
  const call = context.asService('ec2.amazonaws.com');
  const { Subnets } = await context.peers.ec2.DescribeSubnets({ SubnetIds: [subnet] }, call);
  return Subnets?.[0]?.AvailabilityZone;
};

/** What happens before anything else has happened. Gives the input to go on with. */
const before = async (context: CloudContext, call: StruckCall, fault: CallFault): Promise<object> => {
  const { service, input } = call;
  if (fault.delayMs !== undefined) await context.clock.delay(fault.delayMs);
  if (fault.throttle === true) throw throttled(service);
  if (fault.error !== undefined) {
    const { error, message = 'an injected fault', status = 400 } = fault;
    throw new AwsError(error, message, { status });
  }
  if (fault.dropBefore === true) throw new ConnectionLostError('the request was dropped');
  if (fault.capacity !== undefined) {
    const zone = fault.capacity === '*' ? '*' : await zoneOf(context, input);
    if (zone === fault.capacity) throw noCapacity(zone);
  }
  if (fault.partial !== undefined) {
    const { MinCount = 1, MaxCount = 1 } = input as {
      readonly MinCount?: number;
      readonly MaxCount?: number;
    };
    if (MinCount > fault.partial) throw noCapacity('any');
    return { ...input, MaxCount: Math.min(MaxCount, fault.partial) };
  }
  return input;
};

const remember = (memory: CallMemory, { service, action, input }: StruckCall, output: object): object[] => {
  const key = `${service}:${action} ${JSON.stringify(input)}`;
  const answers = memory.answers.get(key) ?? [];
  answers.push(output);
  if (answers.length > MOST_ANSWERS) answers.shift();
  memory.answers.set(key, answers);
  return answers;
};

const mayBeStale = ({ faults }: CloudContext, { service, action }: StruckCall): boolean =>
  (faults.plan().rules ?? []).some(
    (rule) =>
      rule.do.staleRead !== undefined &&
      [service, '*'].includes(rule.service) &&
      /^(?:Describe|Get|List|Head)/.test(action),
  );

const after = (
  context: CloudContext,
  memory: CallMemory,
  call: StruckCall,
  given: { readonly output: object; readonly faults: readonly CallFault[] },
): object => {
  let { output } = given;
  if (mayBeStale(context, call) && !Object.values(output).some((member) => member instanceof Readable)) {
    const answers = remember(memory, call, output);
    const back = given.faults.find(({ staleRead }) => staleRead !== undefined)?.staleRead ?? 0;
    output = answers[Math.max(0, answers.length - 1 - back)] ?? output;
  }
  for (const { hideFor, dropAfter } of given.faults) {
    if (hideFor !== undefined) {
      const until = context.clock.now() + hideFor;
      for (const id of textsOf(output, newIdsIn[call.action] ?? '')) memory.hidden.set(id, until);
    }
    if (dropAfter === true) throw new ConnectionLostError('the answer was dropped');
  }
  return output;
};

/** What a call asks for by its id: a filter that nothing matches is no error. */
const namedIn = (input: object): readonly string[] => [...textsIn({ ...input, Filters: undefined })];

/** Makes a call with what the fault plan has in store for it. @throws ConnectionLostError. */
export const performCall = async (
  context: CloudContext,
  memory: CallMemory,
  call: StruckCall,
  details: {
    readonly faults: readonly CallFault[];
    readonly run: (input: object) => unknown;
  },
): Promise<object> => {
  const { faults, run } = details;
  let { input } = call;
  for (const fault of faults) input = await before(context, { ...call, input }, fault);
  const isSeeing = call.caller.kind === 'service' || memory.hidden.size === 0;
  const hidden = isSeeing ? new Set<string>() : hiddenNow(memory, context.clock.now());
  const unknown = hidden.size === 0 ? undefined : namedIn(input).find((id) => hidden.has(id));
  if (unknown !== undefined) throw notFound(call.service, unknown);
  const output: object = (await run(input)) ?? {};
  const answered = after(context, memory, call, { output, faults });
  return hidden.size === 0 ? answered : (withoutHidden(answered, hidden) as object);
};
