import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `holds` is true; fails with `describe()` after `seconds`. */
export const eventually = async (
  holds: () => Promise<boolean> | boolean,
  describe: () => unknown = () => 'condition',
  seconds = 10,
): Promise<void> => {
  const until = Date.now() + seconds * 1_000;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`not within ${seconds} s: ${JSON.stringify(describe())}`);
    await sleep(10);
  }
};

/** A TCP port of 127.0.0.1 that is free now. */
export const freePort = async (): Promise<number> => {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};
