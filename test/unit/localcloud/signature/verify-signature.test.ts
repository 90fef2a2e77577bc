import { describe, expect, test } from '@jest/globals';
import type { SignableRequest } from '#localcloud/signature/canonical-request';
import { readSignatureClaim } from '#localcloud/signature/signature-claim';
import { sha256Hex } from '#localcloud/signature/signing-key';
import { parseSignatureTime, verifySignature } from '#localcloud/signature/verify-signature';
import { iamExample, s3Example } from './example-credentials.ts';

const empty = sha256Hex('');

// IAM User Guide, "Create a signed AWS API request": ListUsers.
const listUsers: SignableRequest = {
  method: 'GET',
  path: '/',
  query: [
    ['Action', 'ListUsers'],
    ['Version', '2010-05-08'],
  ],
  headers: {
    host: 'iam.amazonaws.com',
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  },
};

// Amazon S3 API Reference, "Signature Calculations for the Authorization Header": GET Object.
const getObject: SignableRequest = {
  method: 'GET',
  path: '/test.txt',
  query: [],
  headers: {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-content-sha256': empty,
    'x-amz-date': '20130524T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
};

// Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters".
const presigned: SignableRequest = {
  method: 'GET',
  path: '/test.txt',
  query: [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request'],
    ['X-Amz-Date', '20130524T000000Z'],
    ['X-Amz-Expires', '86400'],
    ['X-Amz-SignedHeaders', 'host'],
    ['X-Amz-Signature', 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404'],
  ],
  headers: { host: 'examplebucket.s3.amazonaws.com' },
};

const claimOf = (request: SignableRequest) => {
  const claim = readSignatureClaim(request);
  if (claim === undefined) throw new Error('the example is signed');
  return claim;
};

const at = (timestamp: string, offsetSeconds = 0): number =>
  parseSignatureTime(timestamp) + offsetSeconds * 1000;

const verifyGet = (now: number, credentials = s3Example, request = getObject): void =>
  verifySignature(claimOf(request), request, empty, credentials, now);

describe('verifySignature', () => {
  test('accepts the example of the IAM User Guide', () => {
    expect(() =>
      verifySignature(claimOf(listUsers), listUsers, empty, iamExample, at('20150830T123600Z')),
    ).not.toThrow();
  });

  test('accepts the GET example of the S3 API Reference', () => {
    expect(() => verifyGet(at('20130524T000000Z'))).not.toThrow();
  });

  test('accepts the presigned example of the S3 API Reference until it expires', () => {
    const verify = (now: number): void =>
      verifySignature(claimOf(presigned), presigned, 'UNSIGNED-PAYLOAD', s3Example, now);
    expect(() => verify(at('20130524T000000Z', 86_400))).not.toThrow();
    expect(() => verify(at('20130524T000000Z', 86_401))).toThrow(
      expect.objectContaining({ problem: 'expired-url' }),
    );
  });

  test.each([
    ['another secret', { ...s3Example, secretAccessKey: 'other' }, getObject],
    ['another path', s3Example, { ...getObject, path: '/test2.txt' }],
    ['another method', s3Example, { ...getObject, method: 'DELETE' }],
    ['another query', s3Example, { ...getObject, query: [['acl', '']] as const }],
    [
      'another signed header',
      s3Example,
      { ...getObject, headers: { ...getObject.headers, range: 'bytes=0-8' } },
    ],
  ])('refuses %s', (_what, credentials, request) => {
    expect(() => verifyGet(at('20130524T000000Z'), credentials, request)).toThrow(
      expect.objectContaining({ problem: 'wrong-signature' }),
    );
  });

  test.each([-901, 901])('K02 refuses a request %i seconds from its time stamp', (seconds) => {
    expect(() => verifyGet(at('20130524T000000Z', seconds))).toThrow(
      expect.objectContaining({ problem: 'skewed' }),
    );
  });

  test.each([-900, -301, -300, 300, 301, 900])(
    'K02 accepts a request %i seconds from its time stamp',
    (seconds) => {
      expect(() => verifyGet(at('20130524T000000Z', seconds))).not.toThrow();
    },
  );

  test('refuses a session token that is missing, superfluous or another', () => {
    const issued = { ...s3Example, sessionToken: 'token' };
    const withToken = { ...getObject, headers: { ...getObject.headers, 'x-amz-security-token': 'other' } };
    const refusal = expect.objectContaining({ problem: 'wrong-token' });
    expect(() => verifyGet(at('20130524T000000Z'), issued)).toThrow(refusal);
    expect(() => verifyGet(at('20130524T000000Z'), issued, withToken)).toThrow(refusal);
    expect(() => verifyGet(at('20130524T000000Z'), s3Example, withToken)).toThrow(refusal);
  });

  test('K05 refuses credentials from the moment they expire', () => {
    const now = at('20130524T000000Z');
    expect(() => verifyGet(now, { ...s3Example, expiresAt: now + 1 })).not.toThrow();
    expect(() => verifyGet(now, { ...s3Example, expiresAt: now })).toThrow(
      expect.objectContaining({ problem: 'expired-token' }),
    );
  });
});

describe('readSignatureClaim', () => {
  test('is undefined for an unsigned request', () => {
    expect(readSignatureClaim({ method: 'GET', path: '/', query: [], headers: {} })).toBeUndefined();
  });

  test.each([
    'Basic abc',
    'AWS4-HMAC-SHA256 ',
    'AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0',
    'AWS4-HMAC-SHA256 Credential=k/20130524/us-east-1/s3/aws4_request, SignedHeaders=range, Signature=0',
    'AWS4-HMAC-SHA256 Credential=k/20130524/us-east-1/s3/aws4_request, SignedHeaders=host',
  ])('calls %j incomplete', (authorization) => {
    const request = { ...getObject, headers: { ...getObject.headers, authorization } };
    expect(() => readSignatureClaim(request)).toThrow(expect.objectContaining({ problem: 'incomplete' }));
  });

  test.each(['-1', '604801', 'soon'])('calls a lifetime of %s seconds incomplete', (expires) => {
    const query = presigned.query.map(
      ([name, value]) => [name, name === 'X-Amz-Expires' ? expires : value] as const,
    );
    expect(() => readSignatureClaim({ ...presigned, query })).toThrow(
      expect.objectContaining({ problem: 'incomplete' }),
    );
  });
});
