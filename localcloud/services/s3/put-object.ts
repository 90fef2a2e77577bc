import type { Call } from '../../service.ts';
import { checksumMember, requestedAlgorithm, verifyChecksum, verifyContentMd5 } from './checksums.ts';
import type { ReceivedBody } from './body-files.ts';
import { incompleteBody } from './errors.ts';
import { detailsOf } from './object-details.ts';
import type { ObjectStorage } from './object-storage.ts';
import { checkedKey, discardOnError, writeObject } from './object-writes.ts';
import type { Input, Output } from './operation-types.ts';

type Upload = Pick<
  Input<'PutObject'> & Input<'UploadPart'>,
  'Body' | 'ContentMD5' | 'ContentLength' | 'ChecksumAlgorithm'
> &
  Parameters<typeof requestedAlgorithm>[0] & { readonly ContentEncoding?: string | undefined };

/** Reads an upload to its end and checks length, `Content-MD5` and checksum; a body that fails is gone. */
export const receiveUpload = async (
  s3: ObjectStorage,
  input: Upload,
  options: {
    readonly defaultAlgorithm?: ReturnType<typeof requestedAlgorithm>;
    readonly alwaysFile?: boolean;
  } = {},
): Promise<ReceivedBody & { readonly algorithm: ReturnType<typeof requestedAlgorithm> }> => {
  const algorithm = requestedAlgorithm(input) ?? options.defaultAlgorithm;
  const body = await s3.bodies.receive(input.Body, algorithm, { alwaysFile: options.alwaysFile ?? false });
  return discardOnError(s3, body, async () => {
    // With aws-chunked, Content-Length counts the framing too.
    const framed = input.ContentEncoding?.includes('aws-chunked') ?? false;
    if (!framed && input.ContentLength !== undefined && body.size < input.ContentLength) {
      throw incompleteBody({ NumberBytesExpected: input.ContentLength, NumberBytesProvided: body.size });
    }
    verifyContentMd5(input.ContentMD5, body.md5);
    if (algorithm !== undefined && body.checksum !== null) verifyChecksum(input, algorithm, body.checksum);
    return { ...body, algorithm };
  });
};

/** PutObject. */
export const putObject = async (
  s3: ObjectStorage,
  input: Input<'PutObject'>,
  call: Call,
): Promise<Output<'PutObject'>> => {
  s3.buckets.need(input);
  const key = checkedKey(input.Key);
  const described = detailsOf(input);
  const { algorithm, ...body } = await receiveUpload(s3, input);
  const details = {
    ...described,
    ...(algorithm === undefined || body.checksum === null
      ? {}
      : { algorithm, checksum: body.checksum, checksumType: 'FULL_OBJECT' as const }),
  };
  const { versionId } = await discardOnError(s3, body, () =>
    writeObject(s3, input, call, {
      key,
      etag: body.md5,
      size: body.size,
      data: body.data,
      file: body.file,
      details,
      reason: 'PutObject',
      conditions: input,
    }),
  );
  return {
    ETag: `"${body.md5}"`,
    ServerSideEncryption: 'AES256',
    ...checksumMember(algorithm, body.checksum),
    ...(algorithm === undefined ? {} : { ChecksumType: 'FULL_OBJECT' }),
    ...(versionId === undefined ? {} : { VersionId: versionId }),
  };
};
