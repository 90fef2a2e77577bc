import { S3ServiceException } from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';
import { asCloudUnavailable } from '#pipeline/as-cloud-unavailable';
import { MachinesKeepFailingError } from '#pipeline/errors';
import { autoScalingError, ec2Error, s3Error } from '#test/helpers/service-error';

/** As a client's last attempt ends that nobody answered. */
const unanswered = (code: string): Error =>
  Object.assign(new Error(`connect ${code} 127.0.0.1:1`), { code, $metadata: { attempts: 3 } });

const timedOut = Object.assign(new Error('no answer'), { name: 'TimeoutError', $metadata: { attempts: 3 } });

const modelled = new S3ServiceException({
  name: 'BusyFault',
  message: 'busy',
  $fault: 'client',
  $metadata: { httpStatusCode: 400 },
});
Object.assign(modelled, { $retryable: {} });

describe('asCloudUnavailable', () => {
  test.each<[string, Error, string]>([
    ['throttling with 400', ec2Error('RequestLimitExceeded'), 'RequestLimitExceeded'],
    ['throttling under another name', autoScalingError('ThrottlingException'), 'ThrottlingException'],
    ['too many requests', s3Error('Whatever', 429), 'Whatever'],
    ['a server that is broken, whatever it says', s3Error('WhoKnows', 500), 'WhoKnows'],
    ['a gateway without a server', s3Error('UnknownError', 503), 'UnknownError'],
    ['an error that the model calls passing', modelled, 'BusyFault'],
    ['a group whose activity is under way', autoScalingError('ScalingActivityInProgress'), 'ScalingActivity'],
    ['a group that another call changes', autoScalingError('ResourceContentionFault'), 'ResourceContention'],
    ['a connection that broke', unanswered('ECONNRESET'), 'ECONNRESET'],
    ['nobody who listens', unanswered('ECONNREFUSED'), 'ECONNREFUSED'],
    ['a name that is not known', unanswered('ENOTFOUND'), 'ENOTFOUND'],
    ['no answer in time', timedOut, 'TimeoutError'],
  ])('%s is nobody’s failure', (_what, error, named) => {
    expect(asCloudUnavailable(error)).toMatchObject({
      name: 'CloudUnavailable',
      message: expect.stringContaining(named),
      cause: error,
    });
  });

  test.each<[string, unknown]>([
    ['a refusal', ec2Error('UnauthorizedOperation')],
    ['what is not there', s3Error('NoSuchKey', 404)],
    ['a wish that makes no sense', autoScalingError('ValidationError')],
    ['an error of ours', new MachinesKeepFailingError('g', 'no')],
    ['a machine that refuses a connection', Object.assign(new Error('no'), { code: 'ECONNREFUSED' })],
    ['no error at all', 'thrown'],
  ])('%s is what it was', (_what, error) => {
    expect(asCloudUnavailable(error)).toBe(error);
  });
});
