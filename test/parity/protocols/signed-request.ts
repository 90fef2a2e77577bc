import { canonicalRequest } from '#localcloud/signature/canonical-request';
import type { CredentialScope } from '#localcloud/signature/signing-key';
import { scopeText, sha256Hex, sign, signingKey } from '#localcloud/signature/signing-key';

/** A request by root, signed by hand so that any part of it can be made wrong. */
export interface RequestParts {
  /** Signing name; Amazon S3 unless told. */
  readonly service?: string;
  readonly method: string;
  readonly path: string;
  /** A parameter without a value, for example `delete`. */
  readonly parameter?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly payloadHash?: string;
}

/** The request as text, and what its chunks would be signed with. */
export interface SignedRequest {
  readonly text: string;
  /** Signs data that follows the request, in order. */
  readonly signChunk: (data: string) => string;
}

/** Signs with the current time. `content-length` is that of the body unless given, and is not signed. */
export const signedRequest = (parts: RequestParts): SignedRequest => {
  const { service = 's3', method, path, parameter, headers = {}, body = '' } = parts;
  const payloadHash = parts.payloadHash ?? sha256Hex(body);
  const { 'content-length': length = String(Buffer.byteLength(body)), ...others } = headers;
  const timestamp = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const scope: CredentialScope = { date: timestamp.slice(0, 8), region: 'eu-central-1', service };
  const signed: Record<string, string> = {
    ...others,
    host: '127.0.0.1',
    'x-amz-content-sha256': payloadHash,
    'x-amz-date': timestamp,
  };
  const names = Object.keys(signed).toSorted();
  const query = parameter === undefined ? [] : [[parameter, ''] as const];
  const canonical = canonicalRequest(
    { method, path, query, headers: signed },
    names,
    payloadHash,
    service === 's3',
  );
  const key = signingKey('kiln', scope);
  const scopeLine = scopeText(scope);
  const signature = sign(key, ['AWS4-HMAC-SHA256', timestamp, scopeLine, sha256Hex(canonical)].join('\n'));
  const authorization = `AWS4-HMAC-SHA256 Credential=kiln/${scopeLine}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  const lines = Object.entries({ ...signed, authorization, 'content-length': length });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  let previous = signature;
  return {
    text: `${method} ${path}${parameter === undefined ? '' : `?${parameter}`} HTTP/1.1\r\n${head}\r\n${body}`,
    signChunk: (data) => {
      const hashes = [sha256Hex(''), sha256Hex(data)];
      previous = sign(
        key,
        ['AWS4-HMAC-SHA256-PAYLOAD', timestamp, scopeLine, previous, ...hashes].join('\n'),
      );
      return previous;
    },
  };
};
