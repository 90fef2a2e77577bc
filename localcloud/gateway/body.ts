import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { AwsError } from '../errors.ts';
import type { ChunkVerifier } from '../protocols/aws-chunked.ts';
import { decodeAwsChunked } from '../protocols/aws-chunked.ts';
import { algorithmOf, createChecksum, expectDigest } from '../protocols/checksum.ts';
import { MalformedError } from '../protocols/malformed-error.ts';
import type { WireRequest } from '../protocols/wire.ts';
import { SignatureError } from '../signature/signature-error.ts';

/** What a body must prove while it is read. */
export interface BodyPromise {
  /** SHA-256 in hex that the signature covers. */
  readonly sha256?: string;
  /** Present when the body is aws-chunked. */
  readonly chunked?: { readonly verifier?: ChunkVerifier };
  /** Trailing headers of an aws-chunked body, once it has been read. */
  readonly onTrailers?: (trailers: ReadonlyMap<string, string>) => void;
}

// Breaking off must not destroy the connection: the error answer still has to go out on it.
const bytesOf = (message: IncomingMessage): AsyncIterable<Buffer> =>
  message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;

const tooLarge = (limit: number): AwsError =>
  new AwsError('RequestEntityTooLarge', `the body is larger than ${limit} bytes`, { status: 413 });

const collect = async (source: AsyncIterable<Buffer>, limit: number): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of source) {
    length += piece.length;
    if (length > limit) throw tooLarge(limit);
    pieces.push(piece);
  }
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
};

/** The body as sent, in memory; throws when it is larger than `limit` bytes. */
export const collectRaw = (message: IncomingMessage, limit: number): Promise<Buffer> =>
  collect(bytesOf(message), limit);

async function* hashed(source: AsyncIterable<Buffer>, expected: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const piece of source) {
    hash.update(piece);
    yield piece;
  }
  if (hash.digest('hex') !== expected) {
    const text = `The provided 'x-amz-content-sha256' header does not match what was computed.`;
    throw new SignatureError('wrong-payload-hash', text);
  }
}

async function* dechunked(source: AsyncIterable<Buffer>, request: WireRequest, promise: BodyPromise) {
  const announced = (request.headers['x-amz-trailer'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase());
  const checks = announced.flatMap((name) => {
    const algorithm = algorithmOf(name);
    return algorithm === undefined ? [] : [{ name, algorithm, checksum: createChecksum(algorithm) }];
  });
  let trailers: ReadonlyMap<string, string> = new Map();
  let length = 0;
  const decoded = decodeAwsChunked(source, {
    ...promise.chunked,
    onTrailers: (found) => {
      trailers = found;
    },
  });
  for await (const piece of decoded) {
    for (const { checksum } of checks) checksum.update(piece);
    length += piece.length;
    yield piece;
  }
  const expectedLength = request.headers['x-amz-decoded-content-length'];
  if (expectedLength !== undefined && Number(expectedLength) !== length) {
    const text = 'You did not provide the number of bytes specified by the Content-Length HTTP header';
    throw new AwsError('IncompleteBody', text);
  }
  for (const { name, algorithm, checksum } of checks) {
    const expected = trailers.get(name);
    if (expected === undefined) throw new MalformedError(`the announced trailer '${name}' is missing`);
    expectDigest(algorithm, checksum, expected);
  }
  promise.onTrailers?.(trailers);
}

const pieces = (
  message: IncomingMessage,
  request: WireRequest,
  promise: BodyPromise,
): AsyncIterable<Buffer> => {
  if (promise.chunked !== undefined) return dechunked(bytesOf(message), request, promise);
  return promise.sha256 === undefined ? bytesOf(message) : hashed(bytesOf(message), promise.sha256);
};

/** The decoded body as a stream, which fails at its end when the body is not what was promised. */
export const streamBody = (message: IncomingMessage, request: WireRequest, promise: BodyPromise): Readable =>
  Readable.from(pieces(message, request, promise), { objectMode: false });

/** The decoded body in memory, checked. */
export const readBody = (
  message: IncomingMessage,
  request: WireRequest,
  promise: BodyPromise,
  limit: number,
): Promise<Buffer> => collect(pieces(message, request, promise), limit);

/** Checks `content-md5` and `x-amz-checksum-*` headers of a body in memory. */
export const checkHeaderChecksums = (request: WireRequest, body: Uint8Array): void => {
  for (const [name, expected] of Object.entries(request.headers)) {
    const algorithm = algorithmOf(name);
    if (algorithm === undefined) continue;
    const checksum = createChecksum(algorithm);
    checksum.update(body);
    expectDigest(algorithm, checksum, expected);
  }
};
