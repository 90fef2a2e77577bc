import { appOf } from './release.ts';

/** What every route of the app answers. */
export interface BreakableAnswer {
  /** The machine's id. */
  readonly instance: string;
  /** How many requests it holds. */
  readonly held: number;
}

/**
 * An app that breaks its machine when it is asked to. Its health check needs room on the disk. `/hold` is answered only after
 * `/let-go`; `/fill-disk` fills the disk, and `/compute` never does anything else any more.
 */
export const breakableApp = (startSeconds: number): Buffer =>
  appOf(
    `
  import { createServer } from 'node:http';
  import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
  const { KILN_INSTANCE_ID: instance, PORT } = process.env;
  const checkDisk = () => {
    try {
      writeFileSync('/tmp/health', instance);
      return 200;
    } catch (error) {
      console.log('not healthy: ' + error.code);
      return 503;
    } finally {
      // What it left would be room for the next check.
      rmSync('/tmp/health', { force: true });
    }
  };
  const fillDisk = () => {
    const chunk = Buffer.alloc(1 << 20);
    try {
      for (;;) appendFileSync('/tmp/full', chunk);
    } catch (error) {
      console.log('the disk is full: ' + error.code);
    }
  };
  const held = [];
  const answer = (response) => response.end(JSON.stringify({ instance, held: held.length }));
  const routes = {
    '/health': (response) => answer(response.writeHead(checkDisk())),
    '/hold': (response) => held.push(response),
    '/let-go': (response) => [response, ...held.splice(0)].forEach(answer),
    '/fill-disk': (response) => answer(response).on('close', fillDisk),
    '/compute': (response) => answer(response).on('close', () => { for (;;); }),
  };
  createServer(({ url }, response) => (routes[url] ?? answer)(response)).listen(Number(PORT));
`,
    { 'kiln.json': JSON.stringify({ healthPath: '/health', startSeconds }) },
  );
