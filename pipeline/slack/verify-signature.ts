import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far Slack's clock and ours may be apart, both ways (AWS-FACTS 4.7). */
const TOLERANCE_SECONDS = 300;

const TIMESTAMP = /^[0-9]{1,12}$/;
const SIGNATURE = /^v0=[0-9a-f]{64}$/;

/** What Slack signs of a request, and its signature. */
export interface SignedRequest {
  /** Names in any case; a header that came twice has its values joined by a comma, as Lambda does. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The bytes as they came, before anything is decoded. */
  readonly body: Uint8Array;
}

/** Anything but `valid` is refused; the difference is for the log. */
export type SignatureVerdict = 'valid' | 'malformed' | 'out of time' | 'forged';

const headerOf = ({ headers }: SignedRequest, name: string): string =>
  Object.entries(headers)
    .filter(([candidate, value]) => candidate.toLowerCase() === name && value !== undefined)
    .map(([, value]) => value)
    // A second header makes the value one that no grammar below takes.
    .join(',');

const isSignedWith = (
  secret: string,
  timestamp: string,
  body: Uint8Array,
  signature: Uint8Array,
): boolean => {
  const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest();
  return timingSafeEqual(expected, signature);
};

/**
 * Verifies that Slack sent the request within the last 300 seconds: version 0 of its signature, HMAC-SHA256 over
 * `v0:<timestamp>:<body>`, by any of the secrets, in a time that does not depend on where it differs.
 */
export const verifySignature = (
  request: SignedRequest,
  deps: { readonly secrets: readonly string[]; readonly now: Date },
): SignatureVerdict => {
  const timestamp = headerOf(request, 'x-slack-request-timestamp');
  const signature = headerOf(request, 'x-slack-signature');
  if (!TIMESTAMP.test(timestamp) || !SIGNATURE.test(signature)) return 'malformed';
  const ageSeconds = deps.now.getTime() / 1000 - Number(timestamp);
  if (Math.abs(ageSeconds) > TOLERANCE_SECONDS) return 'out of time';
  const bytes = Buffer.from(signature.slice('v0='.length), 'hex');
  const matches = deps.secrets.map((secret) => isSignedWith(secret, timestamp, request.body, bytes));
  return matches.includes(true) ? 'valid' : 'forged';
};
