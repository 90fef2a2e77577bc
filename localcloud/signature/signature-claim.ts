import type { SignableRequest } from './canonical-request.ts';
import { SignatureError } from './signature-error.ts';
import type { CredentialScope } from './signing-key.ts';

/** What a request says about its signature; nothing of it is verified yet. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  readonly signedHeaders: readonly string[];
  /** Hex. */
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
  readonly sessionToken?: string;
  /** Lifetime in seconds of a presigned URL; absent when the signature is in a header. */
  readonly expiresSeconds?: number;
}

const algorithm = 'AWS4-HMAC-SHA256';

const incomplete = (what: string): SignatureError => new SignatureError('incomplete', what);

const parseCredential = (credential: string): Pick<SignatureClaim, 'accessKeyId' | 'scope'> => {
  // An access key id may hold slashes in other clouds; the scope is always the last four parts.
  const parts = credential.split('/');
  const [date, region, service, end] = parts.slice(-4);
  const accessKeyId = parts.slice(0, -4).join('/');
  if (accessKeyId === '' || end !== 'aws4_request' || !date || !region || !service) {
    throw incomplete(`Credential must be 'key/date/region/service/aws4_request', got '${credential}'`);
  }
  return { accessKeyId, scope: { date, region, service } };
};

const parseSignedHeaders = (text: string): readonly string[] => {
  const names = text.split(';').filter((name) => name !== '');
  if (!names.includes('host')) throw incomplete(`'host' must be a 'SignedHeader' in the AWS Authorization`);
  return names;
};

const parseHeader = (header: string, request: SignableRequest): SignatureClaim => {
  const fields = new Map(
    header
      .slice(algorithm.length)
      .split(',')
      .map((field) => {
        const equals = field.indexOf('=');
        return [field.slice(0, equals).trim(), field.slice(equals + 1).trim()] as const;
      }),
  );
  const field = (name: string): string => {
    const value = fields.get(name);
    if (!value) throw incomplete(`Authorization header requires '${name}' parameter`);
    return value;
  };
  const { headers } = request;
  const date = headers['x-amz-date'] ?? headers['date'] ?? '';
  const sessionToken = headers['x-amz-security-token'];
  return {
    ...parseCredential(field('Credential')),
    signedHeaders: parseSignedHeaders(field('SignedHeaders')),
    signature: field('Signature'),
    timestamp: /^\d{8}T\d{6}Z$/.test(date) ? date : compact(date),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
};

// A `Date` header instead of `x-amz-date` is in RFC 7231 form.
const compact = (date: string): string => {
  const time = Date.parse(date);
  if (Number.isNaN(time)) {
    throw incomplete(`Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header`);
  }
  return new Date(time).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
};

const parseQuery = (request: SignableRequest): SignatureClaim => {
  const query = new Map(request.query);
  const field = (name: string): string => {
    const value = query.get(name);
    if (!value) throw incomplete(`the query requires '${name}'`);
    return value;
  };
  const expiresSeconds = Number(field('X-Amz-Expires'));
  if (!(expiresSeconds >= 0 && expiresSeconds <= 604_800)) {
    throw incomplete('X-Amz-Expires must be less than a week (in seconds)');
  }
  const sessionToken = query.get('X-Amz-Security-Token');
  return {
    ...parseCredential(field('X-Amz-Credential')),
    signedHeaders: parseSignedHeaders(field('X-Amz-SignedHeaders')),
    signature: field('X-Amz-Signature'),
    timestamp: field('X-Amz-Date'),
    expiresSeconds,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
};

/** Reads the signature of a request from its `Authorization` header or its presigned query; undefined when unsigned. */
export const readSignatureClaim = (request: SignableRequest): SignatureClaim | undefined => {
  const header = request.headers['authorization'];
  if (header?.startsWith(`${algorithm} `)) return parseHeader(header, request);
  if (header !== undefined) throw incomplete(`the authorization is not ${algorithm}`);
  return request.query.some(([name]) => name === 'X-Amz-Signature') ? parseQuery(request) : undefined;
};
