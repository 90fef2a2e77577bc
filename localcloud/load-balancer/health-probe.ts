import { request } from 'node:http';
import type { NetworkAddress } from '../cloud-context.ts';

/** What one health check found. `failed` is a refused or broken connection. */
export type ProbeOutcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'mismatch'; readonly status: number }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'failed' };

/** How to check. */
export interface ProbeRequest {
  readonly path: string;
  readonly timeoutMilliseconds: number;
  /** Which status codes pass. */
  readonly accepts: (status: number) => boolean;
  readonly signal?: AbortSignal;
}

/** Reads a matcher such as `200`, `200,302` or `200-299` (200..499); undefined when it is not one. */
export const parseMatcher = (codes: string): ((status: number) => boolean) | undefined => {
  const ranges: [number, number][] = [];
  for (const part of codes.split(',')) {
    const found = /^(\d{3})(?:-(\d{3}))?$/.exec(part.trim());
    if (found === null) return undefined;
    const from = Number(found[1]);
    const to = Number(found[2] ?? found[1]);
    if (from < 200 || to > 499 || from > to) return undefined;
    ranges.push([from, to]);
  }
  return (status) => ranges.some(([from, to]) => status >= from && status <= to);
};

/** Makes one health check: a GET on a connection of its own; redirects are not followed. */
export const probeHealth = (address: NetworkAddress, options: ProbeRequest): Promise<ProbeOutcome> =>
  new Promise((resolve) => {
    const finish = (outcome: ProbeOutcome): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      check.destroy();
      resolve(outcome);
    };
    const check = request({
      host: address.host,
      port: address.port,
      path: options.path,
      agent: false,
      headers: { 'User-Agent': 'ELB-HealthChecker/2.0', Connection: 'close' },
    });
    const onAbort = (): void => finish({ kind: 'failed' });
    const timer = setTimeout(() => finish({ kind: 'timeout' }), options.timeoutMilliseconds);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    check.on('error', () => finish({ kind: 'failed' }));
    check.once('response', (response) => {
      const status = response.statusCode ?? 0;
      const outcome: ProbeOutcome = options.accepts(status)
        ? { kind: 'passed' }
        : { kind: 'mismatch', status };
      // The answer is read to its end, so that the target does not see its clients break off; not beyond the time-out.
      response.on('error', () => finish(outcome));
      response.once('close', () => finish(outcome));
      response.resume();
    });
    check.end();
  });
