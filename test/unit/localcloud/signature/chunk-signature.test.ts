import { describe, expect, test } from '@jest/globals';
import { createChunkVerifier } from '#localcloud/signature/chunk-signature';
import type { SignatureClaim } from '#localcloud/signature/signature-claim';
import { s3Example } from './example-credentials.ts';

// Amazon S3 API Reference, "Signature Calculations: Transferring Payload in Multiple Chunks": 65 KiB of 'a'.
const claim: SignatureClaim = {
  accessKeyId: s3Example.accessKeyId,
  scope: { date: '20130524', region: 'us-east-1', service: 's3' },
  signedHeaders: ['host'],
  signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  timestamp: '20130524T000000Z',
};
const first = Buffer.alloc(65_536, 'a');
const second = Buffer.alloc(1024, 'a');
const signatures = [
  'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
] as const;

describe('createChunkVerifier', () => {
  test('accepts the example of the S3 API Reference', () => {
    const verifier = createChunkVerifier(claim, s3Example.secretAccessKey);
    expect(() => {
      verifier.chunk(first, signatures[0]);
      verifier.chunk(second, signatures[1]);
      verifier.chunk(Buffer.alloc(0), signatures[2]);
    }).not.toThrow();
  });

  test('refuses a changed chunk', () => {
    const verifier = createChunkVerifier(claim, s3Example.secretAccessKey);
    expect(() => verifier.chunk(Buffer.alloc(65_536, 'b'), signatures[0])).toThrow(
      'the signature of a chunk is wrong',
    );
  });

  test('refuses chunks in another order', () => {
    const verifier = createChunkVerifier(claim, s3Example.secretAccessKey);
    expect(() => verifier.chunk(second, signatures[1])).toThrow('the signature of a chunk is wrong');
  });

  test('refuses a trailer without the right signature', () => {
    const verifier = createChunkVerifier(claim, s3Example.secretAccessKey);
    expect(() => verifier.trailer('x-amz-checksum-crc32:AAAAAA==\n', '')).toThrow(
      'the signature of a chunk is wrong',
    );
  });
});
