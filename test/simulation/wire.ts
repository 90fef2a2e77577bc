import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { ec2Error } from '#test/helpers/service-error';
import type { Caller } from './aws/account.ts';
import type { Calls } from './aws/calls.ts';
import type { Random } from './random.ts';
import type { Timeline } from './timeline.ts';

/** How often a call goes wrong, from 0 to 1. */
export interface WireFaults {
  /** It takes up to two seconds, so that others come in between. */
  slow: number;
  /** Refused more often than the SDK tries. */
  throttled: number;
  /** Done, but the answer is lost, and the SDK asks again. */
  lost: number;
}

/** A function that runs once, and may die in the middle. */
export interface Invocation extends Caller {
  alive: boolean;
  /** It dies after so many calls. */
  callsLeft: number;
  readonly onDeath: () => void;
}

export interface WireDeps {
  readonly calls: Calls;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly faults: WireFaults;
}

/** The clients that the pipeline's functions use. */
export interface Clients {
  readonly autoScaling: AutoScalingClient;
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly cloudWatch: CloudWatchClient;
  readonly ec2: EC2Client;
  readonly s3: S3Client;
  readonly states: SFNClient;
}

/** What a dead function waits for. */
export const never = (): Promise<never> => new Promise(() => undefined);

const settled = <T>(act: () => T): Promise<T> => {
  try {
    return Promise.resolve(act());
  } catch (error) {
    return Promise.reject(error);
  }
};

const takeEffect = async <T>(
  invocation: Invocation,
  delay: Promise<void> | undefined,
  act: () => T,
): Promise<T> => {
  if (delay !== undefined) await delay;
  if (!invocation.alive) return never();
  invocation.callsLeft -= 1;
  const dies = invocation.callsLeft <= 0;
  try {
    return act();
  } finally {
    if (dies) {
      invocation.alive = false;
      invocation.onDeath();
    }
  }
};

/** Something outside happens on behalf of the function: it may be slow, and the function may die of it. */
export const effect = <T>(
  invocation: Invocation,
  { timeline, random, faults }: Omit<WireDeps, 'calls'>,
  act: () => T,
): Promise<T> => {
  const isSlow = random.chance(faults.slow);
  if (!isSlow && invocation.alive && invocation.callsLeft === Infinity) return settled(act);
  return takeEffect(invocation, isSlow ? timeline.delay(random.whole(20, 2000)) : undefined, act);
};

/** What comes back after the effect: nothing for the dead, and what was lost is asked for again. */
const receive = async (
  answer: Promise<object>,
  isLost: boolean,
  command: object,
  invocation: Invocation,
  deps: WireDeps,
): Promise<object> => {
  const first = await answer;
  if (!invocation.alive) return never();
  return isLost ? effect(invocation, deps, () => deps.calls.answer(command, invocation)) : first;
};

const send = (command: object, invocation: Invocation, deps: WireDeps): Promise<object> => {
  const { calls, random, faults } = deps;
  if (!invocation.alive) return never();
  const answer = effect(invocation, deps, () => {
    if (random.chance(faults.throttled)) throw ec2Error('RequestLimitExceeded');
    return calls.answer(command, invocation);
  });
  const isLost = random.chance(faults.lost);
  // A function that does not die and loses nothing waits for nothing more: most calls of a run are such.
  return isLost || invocation.callsLeft !== Infinity
    ? receive(answer, isLost, command, invocation, deps)
    : answer;
};

/** Clients whose calls the simulated account answers. They are of the SDK's classes, which its paginators ask for. */
export const createClients = (invocation: Invocation, deps: WireDeps): Clients => {
  const client = <T>(of: { readonly prototype: T }): T =>
    Object.assign(Object.create(of.prototype as object) as object, {
      send: (command: object) => send(command, invocation, deps),
    }) as T;
  return {
    autoScaling: client(AutoScalingClient),
    balancing: client(ElasticLoadBalancingV2Client),
    cloudWatch: client(CloudWatchClient),
    ec2: client(EC2Client),
    s3: client(S3Client),
    states: client(SFNClient),
  };
};
