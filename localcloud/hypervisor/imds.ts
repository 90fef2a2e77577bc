import { randomBytes } from 'node:crypto';
import type { MetadataAnswer, MetadataHandler, MetadataRequest } from './driver.ts';

/** A file of the metadata service, or how to make it when it is asked for. */
export type MetadataLeaf = string | Uint8Array | (() => string);

/** Folders and files below `/latest/`. */
export interface MetadataTree {
  readonly [name: string]: MetadataTree | MetadataLeaf | undefined;
}

/** One instance's metadata options and content, read anew for each request. */
export interface MetadataSource {
  tree(): MetadataTree;
  /** `required` refuses version 1, requests without a token. */
  httpTokens(): 'required' | 'optional';
  enabled(): boolean;
}

const TOKEN_PATH = '/latest/api/token';
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
const TOKEN_HEADER = 'x-aws-ec2-metadata-token';
const MAX_TTL_SECONDS = 21_600;

const failure = (status: number, title: string): MetadataAnswer => ({
  status,
  headers: { 'content-type': 'text/html', server: 'EC2ws' },
  body: `<?xml version="1.0" encoding="iso-8859-1"?>\n<html><head><title>${status} - ${title}</title></head><body><h1>${status} - ${title}</h1></body></html>\n`,
});

const isLeaf = (node: MetadataTree | MetadataLeaf): node is MetadataLeaf =>
  typeof node === 'string' || typeof node === 'function' || node instanceof Uint8Array;

const list = (folder: MetadataTree): string =>
  Object.entries(folder)
    .filter((entry): entry is [string, MetadataTree | MetadataLeaf] => entry[1] !== undefined)
    .map(([name, node]) => (isLeaf(node) ? name : `${name}/`))
    .toSorted()
    .join('\n');

const find = (tree: MetadataTree, path: string): string | Uint8Array | undefined => {
  let node: MetadataTree | MetadataLeaf | undefined = tree;
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (node === undefined || isLeaf(node) || !Object.hasOwn(node, decodeURIComponent(name)))
      return undefined;
    node = node[decodeURIComponent(name)];
  }
  if (node === undefined) return undefined;
  if (!isLeaf(node)) return list(node);
  return typeof node === 'function' ? node() : node;
};

/**
 * The instance metadata service, version 2 and, where the instance allows it, version 1. Tokens belong to one machine
 * and live 1 to 21,600 seconds (EC2 user guide, "Use the Instance Metadata Service").
 */
export const createImds = (source: MetadataSource, now: () => number = Date.now): MetadataHandler => {
  const tokens = new Map<string, number>();

  const issueToken = (request: MetadataRequest): MetadataAnswer => {
    const ttl = request.headers[TTL_HEADER] ?? '';
    const seconds = /^\d{1,5}$/.test(ttl) ? Number(ttl) : 0;
    if (seconds < 1 || seconds > MAX_TTL_SECONDS) return failure(400, 'Bad Request');
    for (const [token, expiresAt] of tokens) if (expiresAt <= now()) tokens.delete(token);
    const token = randomBytes(42).toString('base64url');
    tokens.set(token, now() + seconds * 1000);
    return { status: 200, headers: { server: 'EC2ws', [TTL_HEADER]: ttl }, body: token };
  };

  const refusal = (request: MetadataRequest): MetadataAnswer | undefined => {
    const token = request.headers[TOKEN_HEADER];
    if (token === undefined) {
      return source.httpTokens() === 'required' ? failure(401, 'Unauthorized') : undefined;
    }
    return (tokens.get(token) ?? 0) > now() ? undefined : failure(401, 'Unauthorized');
  };

  return (request) => {
    if (!source.enabled()) return failure(403, 'Forbidden');
    // A header that only proxies set: someone relays the guest's requests from outside.
    if (request.headers['x-forwarded-for'] !== undefined) return failure(403, 'Forbidden');
    if (request.path === TOKEN_PATH) {
      return request.method === 'PUT' ? issueToken(request) : failure(405, 'Method Not Allowed');
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return failure(405, 'Method Not Allowed');
    const refused = refusal(request);
    if (refused !== undefined) return refused;
    if (request.path === '/') return { status: 200, headers: { server: 'EC2ws' }, body: 'latest' };
    const body = /^\/latest(\/|$)/.test(request.path)
      ? find(source.tree(), request.path.slice('/latest'.length))
      : undefined;
    return body === undefined
      ? failure(404, 'Not Found')
      : { status: 200, headers: { server: 'EC2ws' }, body };
  };
};
