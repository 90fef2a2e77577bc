import { timingSafeEqual } from 'node:crypto';
import type { IssuedCredentials } from '../identity.ts';
import type { SignableRequest } from './canonical-request.ts';
import { canonicalRequest } from './canonical-request.ts';
import type { SignatureClaim } from './signature-claim.ts';
import { SignatureError } from './signature-error.ts';
import { scopeText, sha256Hex, sign, signingKey } from './signing-key.ts';

// "Requests must be received within 15 minutes of the time stamp" (Signature Version 4, S3 and most services).
const maximumSkewMs = 15 * 60 * 1000;

/** Milliseconds since the epoch of `YYYYMMDDTHHMMSSZ`. */
export const parseSignatureTime = (timestamp: string): number => {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp);
  if (match === null)
    throw new SignatureError('incomplete', `the date '${timestamp}' is not YYYYMMDDTHHMMSSZ`);
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
};

const checkTime = (claim: SignatureClaim, now: number): void => {
  const signedAt = parseSignatureTime(claim.timestamp);
  if (!claim.timestamp.startsWith(claim.scope.date)) {
    throw new SignatureError('wrong-signature', `the date of the credential is not that of the request`);
  }
  if (claim.expiresSeconds === undefined) {
    if (Math.abs(now - signedAt) > maximumSkewMs) {
      throw new SignatureError(
        'skewed',
        'The difference between the request time and the current time is too large.',
      );
    }
  } else if (now > signedAt + claim.expiresSeconds * 1000 || signedAt > now + maximumSkewMs) {
    throw new SignatureError('expired-url', 'Request has expired');
  }
};

const checkToken = (claim: SignatureClaim, credentials: IssuedCredentials, now: number): void => {
  if (claim.sessionToken !== credentials.sessionToken) {
    throw new SignatureError('wrong-token', 'The security token included in the request is invalid.');
  }
  if (credentials.expiresAt !== undefined && credentials.expiresAt <= now) {
    throw new SignatureError('expired-token', 'The security token included in the request is expired');
  }
};

/** Compares two texts in a time that does not depend on where they differ. */
export const equalTexts = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** The text that a request's signature is the HMAC of. */
const stringToSign = (claim: SignatureClaim, request: SignableRequest, payloadHash: string): string => {
  const isS3 = claim.scope.service === 's3' || claim.scope.service === 's3express';
  const canonical = canonicalRequest(request, claim.signedHeaders, payloadHash, isS3);
  return ['AWS4-HMAC-SHA256', claim.timestamp, scopeText(claim.scope), sha256Hex(canonical)].join('\n');
};

/** Throws a SignatureError unless the request was signed with the credentials within the last 15 minutes. */
export const verifySignature = (
  claim: SignatureClaim,
  request: SignableRequest,
  payloadHash: string,
  credentials: IssuedCredentials,
  now: number,
): void => {
  checkToken(claim, credentials, now);
  const key = signingKey(credentials.secretAccessKey, claim.scope);
  const expected = sign(key, stringToSign(claim, request, payloadHash));
  if (!equalTexts(expected, claim.signature)) {
    throw new SignatureError(
      'wrong-signature',
      'The request signature we calculated does not match the signature you provided.',
    );
  }
  checkTime(claim, now);
};
