import type { IssuedCredentials } from '#localcloud/identity';

const caller = { kind: 'root', arn: 'arn:aws:iam::000000000000:root', accountId: '000000000000' } as const;

/** The key pair of the examples in the Amazon S3 API Reference. */
export const s3Example: IssuedCredentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  caller,
};

/** The key pair of the example in the IAM User Guide. */
export const iamExample: IssuedCredentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  caller,
};
