'use strict';
// Loaded before every Node application of a machine. Node closes an idle keep-alive connection after 5 s, load balancers
// reuse theirs for 60 s: a request sent at that moment is answered 502. The server must be the one that waits longer.

const diagnostics = require('node:diagnostics_channel');

const NODE_DEFAULT_MS = 5_000;
const KEEP_ALIVE_MS = 65_000;

// Published by net.Server.listen, so http and https servers are reached without loading either. A server whose own
// time-out differs from Node's default was set by the application and stays as it is.
diagnostics.subscribe('tracing:net.server.listen:asyncStart', ({ server }) => {
  if (server.keepAliveTimeout !== NODE_DEFAULT_MS) return;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = Math.max(server.headersTimeout, KEEP_ALIVE_MS + 1_000);
});
