import type { FunctionCode } from '@aws-sdk/client-lambda';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { AwsError } from '../../errors.ts';
import type { Call } from '../../service.ts';
import type { LambdaDeps } from './deps.ts';
import { invalidParameter } from './errors.ts';
import type { FunctionCodeRef } from './model.ts';

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 50 MB zipped when uploaded directly.
const directLimitBytes = 52_428_800;

const fetchZip = async ({ context }: LambdaDeps, code: FunctionCode, call: Call): Promise<Uint8Array> => {
  const { ZipFile, S3Bucket, S3Key, S3ObjectVersion } = code;
  if (ZipFile !== undefined) {
    if (ZipFile.byteLength > directLimitBytes) {
      throw invalidParameter(`Zipped size must be smaller than ${directLimitBytes} bytes`);
    }
    return ZipFile;
  }
  if (S3Bucket === undefined || S3Key === undefined) {
    throw invalidParameter('Please provide a source for function code.');
  }
  try {
    const { Body } = await context.peers.s3.GetObject(
      {
        Bucket: S3Bucket,
        Key: S3Key,
        ...(S3ObjectVersion === undefined ? {} : { VersionId: S3ObjectVersion }),
      },
      { ...context.asService('lambda.amazonaws.com'), requestId: call.requestId },
    );
    if (Body === undefined) return new Uint8Array();
    return Body instanceof Readable ? await buffer(Body) : Body;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
    );
  }
};

/** Fetches a function's zip, keeps it and unpacks it, so that a bad zip is refused before anything is created. */
export const takeCode = async (
  deps: LambdaDeps,
  code: FunctionCode,
  call: Call,
): Promise<FunctionCodeRef> => {
  const zip = await fetchZip(deps, code, call);
  const reference = await deps.code.save(zip);
  try {
    await deps.code.taskRoot(reference.sha256);
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw invalidParameter(
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    );
  }
  return reference;
};
