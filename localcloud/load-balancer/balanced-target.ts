import { Agent } from 'node:http';
import type { NetworkAddress } from '../cloud-context.ts';

/** Whether a target may be given requests: only `healthy` ones are, or `unhealthy` ones when nothing else is there. */
export type TargetStanding = 'initial' | 'healthy' | 'unhealthy' | 'draining' | 'unused';

/** A request or an upgraded connection that a target is serving. */
export interface Exchange {
  /** Ends it at once, on both sides. */
  cut(): void;
}

/** A registered target as the data plane sees it. */
export interface BalancedTarget {
  /** Identifies the target inside its group: `<id>:<port>`. */
  readonly key: string;
  standing: TargetStanding;
  /** Keeps connections to this target; an idle one is closed after one second. */
  readonly agent: Agent;
  readonly exchanges: Set<Exchange>;
  /** Where the target listens now; undefined while it has no address. */
  address(): Promise<NetworkAddress | undefined> | NetworkAddress | undefined;
  forgetAddress(): void;
  /** Closes idle connections and cuts what is still in flight. */
  close(): void;
}

// Long enough to skip the TCP handshake under load; shorter than the keep-alive of any server in use (Node.js: 5 s),
// so that a request which must not be sent twice hardly ever meets a connection that its target is just closing.
const IDLE_MILLISECONDS = 1_000;

// An instance gets another host port when it is restarted; asking again this often bounds how long we use the old one.
const ADDRESS_MILLISECONDS = 200;

/** Creates a target that is found through `resolve`, for example the backplane's. */
export const createBalancedTarget = (
  key: string,
  resolve: () => Promise<NetworkAddress | undefined>,
): BalancedTarget => {
  const agent = new Agent({
    keepAlive: true,
    timeout: IDLE_MILLISECONDS,
    maxFreeSockets: 1_024,
    scheduling: 'lifo',
  });
  let known: NetworkAddress | undefined;
  let knownUntil = 0;
  const target: BalancedTarget = {
    key,
    standing: 'initial',
    agent,
    exchanges: new Set(),
    address: () => {
      if (known !== undefined && performance.now() < knownUntil) return known;
      return resolve().then((address) => {
        known = address;
        knownUntil = performance.now() + ADDRESS_MILLISECONDS;
        return address;
      });
    },
    forgetAddress: () => {
      known = undefined;
    },
    close: () => {
      for (const exchange of target.exchanges) exchange.cut();
      target.exchanges.clear();
      agent.destroy();
    },
  };
  return target;
};
