import type { IncomingMessage } from 'node:http';
import type { CloudContext } from '../cloud-context.ts';
import type { BodyPromise } from './body.ts';
import { collectRaw } from './body.ts';
import type { Caller, IssuedCredentials } from '../identity.ts';
import type { WireRequest } from '../protocols/wire.ts';
import { findRootCredentials } from '../root-credentials.ts';
import { createChunkVerifier } from '../signature/chunk-signature.ts';
import type { SignatureClaim } from '../signature/signature-claim.ts';
import { SignatureError } from '../signature/signature-error.ts';
import { sha256Hex } from '../signature/signing-key.ts';
import { verifySignature } from '../signature/verify-signature.ts';

/** Who sent the request, and what its body still has to prove. */
export interface Authentication {
  readonly caller: Caller;
  readonly promise: BodyPromise;
  /** Present when the signature could only be checked with the whole body. */
  readonly body?: Uint8Array;
}

const findCredentials = (context: CloudContext, claim: SignatureClaim): IssuedCredentials => {
  const { accessKeyId } = claim;
  const found = findRootCredentials(accessKeyId) ?? context.backplane.credentials.find(accessKeyId);
  if (found === undefined) {
    throw new SignatureError('unknown-key', 'The security token included in the request is invalid.');
  }
  return found;
};

const declaredHash = (request: WireRequest, claim: SignatureClaim): string | undefined => {
  const header = request.headers['x-amz-content-sha256'];
  if (header !== undefined || claim.expiresSeconds === undefined) return header;
  const inQuery = request.query.find(([name]) => name === 'X-Amz-Content-Sha256')?.[1];
  // A presigned URL of Amazon S3 is made before the body is known.
  return inQuery ?? (claim.scope.service === 's3' ? 'UNSIGNED-PAYLOAD' : undefined);
};

const promiseOf = (hash: string, claim: SignatureClaim, secretAccessKey: string): BodyPromise => {
  if (/^[\da-f]{64}$/.test(hash)) return { sha256: hash };
  switch (hash) {
    case 'UNSIGNED-PAYLOAD':
      return {};
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { chunked: {} };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { chunked: { verifier: createChunkVerifier(claim, secretAccessKey) } };
    default:
      throw new SignatureError(
        'incomplete',
        `x-amz-content-sha256 must be a SHA-256 or a known value, got '${hash}'`,
      );
  }
};

/** Verifies the signature of a request. `limit` bounds a body that must be read for it, in bytes. */
export const authenticate = async (
  context: CloudContext,
  message: IncomingMessage,
  request: WireRequest,
  claim: SignatureClaim,
  limit: number,
): Promise<Authentication> => {
  const credentials = findCredentials(context, claim);
  const now = context.clock.now();
  const hash = declaredHash(request, claim);
  if (hash !== undefined) {
    const promise = promiseOf(hash, claim, credentials.secretAccessKey);
    verifySignature(claim, request, hash, credentials, now);
    return { caller: credentials.caller, promise };
  }
  const body = await collectRaw(message, limit);
  verifySignature(claim, request, sha256Hex(body), credentials, now);
  return { caller: credentials.caller, promise: {}, body };
};
