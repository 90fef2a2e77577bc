import { gunzipSync } from 'node:zlib';
import { MalformedError } from '../protocols/malformed-error.ts';
import type { WireRequest } from '../protocols/wire.ts';

/**
 * The body without the `gzip` that clients put around large requests of operations with Smithy's `requestCompression`
 * (`PutMetricData` above 10 KiB). Throws when it unpacks to more than `limit` bytes.
 */
export const decompress = (request: WireRequest, body: Uint8Array, limit: number): Uint8Array => {
  if (request.headers['content-encoding'] !== 'gzip') return body;
  try {
    return gunzipSync(body, { maxOutputLength: limit });
  } catch (error) {
    throw new MalformedError(`the body is not gzip of at most ${limit} bytes: ${String(error)}`);
  }
};
