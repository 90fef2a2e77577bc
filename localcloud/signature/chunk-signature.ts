import type { ChunkVerifier } from '../protocols/aws-chunked.ts';
import type { SignatureClaim } from './signature-claim.ts';
import { SignatureError } from './signature-error.ts';
import { scopeText, sha256Hex, sign, signingKey } from './signing-key.ts';
import { equalTexts } from './verify-signature.ts';

const emptyHash = sha256Hex('');

/**
 * Verifies the chain of signatures in a body with `STREAMING-AWS4-HMAC-SHA256-PAYLOAD[-TRAILER]`, which starts with the
 * signature of the request (S3 API Reference, "Signature calculations: transferring a payload in multiple chunks").
 */
export const createChunkVerifier = (claim: SignatureClaim, secretAccessKey: string): ChunkVerifier => {
  const key = signingKey(secretAccessKey, claim.scope);
  const scope = scopeText(claim.scope);
  let previous = claim.signature;
  const check = (lines: readonly string[], signature: string): void => {
    const expected = sign(key, [lines[0], claim.timestamp, scope, previous, ...lines.slice(1)].join('\n'));
    if (!equalTexts(expected, signature)) {
      throw new SignatureError('wrong-signature', 'the signature of a chunk is wrong');
    }
    previous = signature;
  };
  return {
    chunk: (data, signature) => {
      check(['AWS4-HMAC-SHA256-PAYLOAD', emptyHash, sha256Hex(data)], signature);
    },
    trailer: (canonical, signature) => {
      check(['AWS4-HMAC-SHA256-TRAILER', sha256Hex(canonical)], signature);
    },
  };
};
