import { AwsError } from '../errors.ts';
import type { Protocol } from '../service.ts';
import type { SignatureError, SignatureProblem } from '../signature/signature-error.ts';

type Answer = readonly [code: string, status: number, text?: string];

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
const s3Mismatch =
  'The request signature we calculated does not match the signature you provided. Check your key and signing method.';
const notValidated = 'AWS was not able to validate the provided access credentials';

const s3: Readonly<Record<SignatureProblem, Answer>> = {
  missing: ['AccessDenied', 403, 'Access Denied'],
  incomplete: ['AuthorizationHeaderMalformed', 400],
  'unknown-key': [
    'InvalidAccessKeyId',
    403,
    'The AWS Access Key Id you provided does not exist in our records.',
  ],
  'wrong-token': ['InvalidToken', 400, 'The provided token is malformed or otherwise invalid.'],
  'expired-token': ['ExpiredToken', 400, 'The provided token has expired.'],
  'wrong-signature': ['SignatureDoesNotMatch', 403, s3Mismatch],
  skewed: ['RequestTimeTooSkewed', 403],
  'expired-url': ['AccessDenied', 403],
  'wrong-payload-hash': ['XAmzContentSHA256Mismatch', 400],
};

const ec2: Readonly<Record<SignatureProblem, Answer>> = {
  missing: ['MissingAuthenticationToken', 403, 'Request is missing Authentication Token'],
  incomplete: ['IncompleteSignature', 400],
  'unknown-key': ['AuthFailure', 401, notValidated],
  'wrong-token': ['AuthFailure', 401, notValidated],
  'expired-token': ['RequestExpired', 400, 'Request has expired.'],
  'wrong-signature': ['AuthFailure', 401, notValidated],
  skewed: ['RequestExpired', 400, 'Request has expired.'],
  'expired-url': ['RequestExpired', 400, 'Request has expired.'],
  'wrong-payload-hash': ['AuthFailure', 401, notValidated],
};

const query: Readonly<Record<SignatureProblem, Answer>> = {
  missing: ['MissingAuthenticationToken', 403, 'Request is missing Authentication Token'],
  incomplete: ['IncompleteSignature', 400],
  'unknown-key': ['InvalidClientTokenId', 403],
  'wrong-token': ['InvalidClientTokenId', 403],
  'expired-token': ['ExpiredToken', 403],
  'wrong-signature': ['SignatureDoesNotMatch', 403, mismatch],
  skewed: ['SignatureDoesNotMatch', 403, 'Signature expired'],
  'expired-url': ['SignatureDoesNotMatch', 403, 'Signature expired'],
  'wrong-payload-hash': ['SignatureDoesNotMatch', 403, mismatch],
};

const json = (status: number): Readonly<Record<SignatureProblem, Answer>> => ({
  missing: ['MissingAuthenticationTokenException', status, 'Missing Authentication Token'],
  incomplete: ['IncompleteSignatureException', status],
  'unknown-key': ['UnrecognizedClientException', status],
  'wrong-token': ['UnrecognizedClientException', status],
  'expired-token': ['ExpiredTokenException', status],
  'wrong-signature': ['InvalidSignatureException', status, mismatch],
  skewed: ['InvalidSignatureException', status, 'Signature expired'],
  'expired-url': ['InvalidSignatureException', status, 'Signature expired'],
  'wrong-payload-hash': ['InvalidSignatureException', status, mismatch],
});

const answers: Readonly<Record<Protocol, Readonly<Record<SignatureProblem, Answer>>>> = {
  ec2,
  query,
  'json-1.0': json(400),
  'json-1.1': json(400),
  'rest-json': json(403),
  'rest-xml': s3,
};

/** A signature problem as the services of each protocol report it. */
export const signatureAnswer = (protocol: Protocol, { problem, message }: SignatureError): AwsError => {
  const [code, status, text] = answers[protocol][problem];
  return new AwsError(code, text ?? message, { status });
};
