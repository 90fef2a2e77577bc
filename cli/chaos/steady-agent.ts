import { Agent } from 'node:http';

/**
 * Connections that are kept alive and used in turn. Left to itself Node.js takes the one that was used last: the others idle
 * until the balancer closes them (after 60 s, an ALB's default), and a request that is sent on one at that very moment is lost
 * by nobody's fault (`read ECONNRESET`).
 */
export const steadyAgent = (maxSockets = Infinity): Agent =>
  new Agent({ keepAlive: true, maxSockets, scheduling: 'fifo' });
