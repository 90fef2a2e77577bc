import type { ServerResponse } from 'node:http';
import { portOf, serve } from '#test/unit/localcloud/load-balancer/balancer-under-test';
import { serveLongExchanges } from './serve-long-exchanges.ts';
import type { LongExchanges } from './serve-long-exchanges.ts';

/** A light target that says which colour it is. */
export interface ColourTarget {
  readonly port: number;
  /** Answers to `/slow` that have not been given. */
  readonly held: LongExchanges['held'];
  /** Answers to `/events` and `/chunks`, begun with `<colour> 0` and not ended. */
  readonly open: ServerResponse[];
  /** Ends it at once, as a terminated machine does. */
  terminate(): void;
}

/**
 * Starts a target that answers its colour, `{"release": <colour>}` at `/release`, `<colour> <SHA-256>` to a POST, and echoes a
 * WebSocket's messages behind its colour. It ends with `cleanUpBalancers`.
 */
export const startColourTarget = async (colour: string): Promise<ColourTarget> => {
  const open: ServerResponse[] = [];
  const release = JSON.stringify({ release: colour });
  const server = await serve((incoming, response) => {
    const { url } = incoming;
    if (long.take(incoming, response)) return;
    if (url === '/events' || url === '/chunks') {
      response.setHeader('Content-Type', url === '/events' ? 'text/event-stream' : 'text/plain');
      response.write(`${colour} 0\n\n`);
      open.push(response);
    } else response.end(url === '/release' ? release : colour);
  });
  const long = serveLongExchanges(server, colour);
  return {
    port: portOf(server),
    held: long.held,
    open,
    terminate: () => {
      server.close();
      server.closeAllConnections();
      long.breakOff();
    },
  };
};
