import { uriEncode } from './uri-encode.ts';

/** The parts of a request that a signature covers. */
export interface SignableRequest {
  readonly method: string;
  /** As sent. */
  readonly path: string;
  /** Decoded. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

const encodeOnce = (segment: string): string => {
  try {
    return uriEncode(decodeURIComponent(segment));
  } catch {
    return segment;
  }
};

// Amazon S3 signs the path as it is; everybody else normalises it and encodes it once more.
const canonicalPath = (path: string, isS3: boolean): string => {
  if (isS3) return path.split('/').map(encodeOnce).join('/');
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(uriEncode(segment));
  }
  const trailing = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.join('/')}${trailing}`;
};

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const canonicalQuery = (query: SignableRequest['query']): string =>
  query
    .filter(([name]) => name.toLowerCase() !== 'x-amz-signature')
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .toSorted(([a, x], [b, y]) => byCodeUnit(a, b) || byCodeUnit(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

/**
 * The canonical request of Signature Version 4 (IAM User Guide, "Create a signed AWS API request").
 * `payloadHash` is a SHA-256 in hex or one of the literal values of `x-amz-content-sha256`.
 */
export const canonicalRequest = (
  request: SignableRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
  isS3: boolean,
): string => {
  const headers = signedHeaders.map((name) => {
    const value = request.headers[name] ?? '';
    return `${name}:${value.trim().replaceAll(/\s+/g, ' ')}\n`;
  });
  return [
    request.method,
    canonicalPath(request.path, isS3),
    canonicalQuery(request.query),
    headers.join(''),
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
};
