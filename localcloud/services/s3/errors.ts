import { AwsError } from '../../errors.ts';

// Codes, texts and statuses: Amazon S3 API Reference, "Error responses".
const s3Error =
  (code: string, status: number, message: string) =>
  (members: Readonly<Record<string, unknown>> = {}, text = message): AwsError =>
    new AwsError(code, text, { status, members });

/** The bucket exists and belongs to the caller. */
export const bucketAlreadyOwnedByYou = s3Error(
  'BucketAlreadyOwnedByYou',
  409,
  'Your previous request to create the named bucket succeeded and you already own it.',
);
export const bucketNotEmpty = s3Error('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty');
export const invalidBucketName = s3Error('InvalidBucketName', 400, 'The specified bucket is not valid.');
export const noSuchBucket = s3Error('NoSuchBucket', 404, 'The specified bucket does not exist');
export const noSuchKey = s3Error('NoSuchKey', 404, 'The specified key does not exist.');
/** What HEAD answers for a missing bucket or key: there is no body to carry a better code. */
export const notFound = s3Error('NotFound', 404, 'Not Found');
export const noSuchVersion = s3Error('NoSuchVersion', 404, 'The specified version does not exist.');
export const noSuchUpload = s3Error(
  'NoSuchUpload',
  404,
  'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
);
export const methodNotAllowed = s3Error(
  'MethodNotAllowed',
  405,
  'The specified method is not allowed against this resource.',
);
export const accessDenied = s3Error('AccessDenied', 403, 'Access Denied');
export const keyTooLong = s3Error('KeyTooLongError', 400, 'Your key is too long');
export const metadataTooLarge = s3Error(
  'MetadataTooLarge',
  400,
  'Your metadata headers exceed the maximum allowed metadata size',
);
export const badDigest = s3Error(
  'BadDigest',
  400,
  'The Content-MD5 you specified did not match what we received.',
);
export const invalidDigest = s3Error('InvalidDigest', 400, 'The Content-MD5 you specified was invalid.');
export const incompleteBody = s3Error(
  'IncompleteBody',
  400,
  'You did not provide the number of bytes specified by the Content-Length HTTP header',
);
export const entityTooLarge = s3Error(
  'EntityTooLarge',
  400,
  'Your proposed upload exceeds the maximum allowed size',
);
export const entityTooSmall = s3Error(
  'EntityTooSmall',
  400,
  'Your proposed upload is smaller than the minimum allowed size',
);
export const invalidPart = s3Error(
  'InvalidPart',
  400,
  "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
);
export const invalidPartOrder = s3Error(
  'InvalidPartOrder',
  400,
  'The list of parts was not in ascending order. Parts must be ordered by part number.',
);
export const invalidPartNumber = s3Error(
  'InvalidPartNumber',
  416,
  'The requested partnumber is not satisfiable',
);
export const invalidRange = s3Error('InvalidRange', 416, 'The requested range is not satisfiable');
export const invalidRequest = s3Error('InvalidRequest', 400, 'Invalid Request');
export const invalidArgument = s3Error('InvalidArgument', 400, 'Invalid Argument');
export const invalidTag = s3Error('InvalidTag', 400, 'The tag provided was not a valid tag.');
export const malformedXml = s3Error(
  'MalformedXML',
  400,
  'The XML you provided was not well-formed or did not validate against our published schema',
);
export const malformedPolicy = s3Error(
  'MalformedPolicy',
  400,
  "Policies must be valid JSON and the first byte must be '{'",
);
export const notModified = s3Error('NotModified', 304, 'Not Modified');
export const preconditionFailed = s3Error(
  'PreconditionFailed',
  412,
  'At least one of the pre-conditions you specified did not hold',
);
export const notImplementedHeader = s3Error(
  'NotImplemented',
  501,
  'A header you provided implies functionality that is not implemented',
);
export const noSuchBucketPolicy = s3Error('NoSuchBucketPolicy', 404, 'The bucket policy does not exist');
export const noSuchLifecycleConfiguration = s3Error(
  'NoSuchLifecycleConfiguration',
  404,
  'The lifecycle configuration does not exist',
);
export const noSuchPublicAccessBlockConfiguration = s3Error(
  'NoSuchPublicAccessBlockConfiguration',
  404,
  'The public access block configuration was not found',
);
export const noSuchTagSet = s3Error('NoSuchTagSet', 404, 'The TagSet does not exist');
export const ownershipControlsNotFound = s3Error(
  'OwnershipControlsNotFoundError',
  404,
  'The bucket ownership controls were not found',
);
