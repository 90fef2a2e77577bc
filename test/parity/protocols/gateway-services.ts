import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as Ec2 from '@aws-sdk/client-ec2';
import * as S3 from '@aws-sdk/client-s3';
import * as States from '@aws-sdk/client-sfn';
import type { Backplane } from '#localcloud/cloud-context';
import type { Caller } from '#localcloud/identity';
import type { Call } from '#localcloud/service';
import { defineService } from '#localcloud/service';

/** What was put, by key. */
export const objects = new Map<string, { body: Buffer; input: object }>();
/** The call that an operation was told about last. */
export const lastCall: { value?: Call } = {};

/** The caller behind the key `ASIAREADER`. */
export const role: Caller = {
  kind: 'role',
  arn: 'arn:aws:sts::000000000000:assumed-role/reader/session',
  accountId: '000000000000',
  roleName: 'reader',
};

const backplane: Partial<Backplane> = {
  credentials: {
    issueForRole: () => {
      throw new Error('not needed');
    },
    find: (accessKeyId) =>
      accessKeyId === 'ASIAREADER'
        ? { accessKeyId, secretAccessKey: 'secret', sessionToken: 'token', caller: role }
        : undefined,
  },
  refusal: (caller, action, resources) =>
    action === 's3:GetObject' || action === 's3:ListBucket'
      ? undefined
      : `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resources.join()} because no identity-based policy allows the ${action} action`,
};

/** Keeps objects in memory. */
export const createS3 = () =>
  defineService(S3, { name: 's3', signingName: 's3', protocol: 'rest-xml' })(
    {
      PutObject: async (input, call) => {
        lastCall.value = call;
        const body = await buffer(input.Body as Readable);
        objects.set(String(input.Key), { body, input });
        return { ETag: '"etag"' };
      },
      GetObject: (input, call) => {
        lastCall.value = call;
        return { Body: objects.get(String(input.Key))?.body, ContentRange: input.Range && 'bytes 0-0/1' };
      },
      ListObjectsV2: (input) => ({ Name: input.Bucket }),
      DeleteObjects: () => ({}),
    },
    {
      backplane,
      resources: { PutObject: ({ Bucket, Key }) => [`arn:aws:s3:::${Bucket}/${Key}`] },
      httpRoutes: [
        {
          prefix: '/_raw/',
          handle: (request, response) => void response.end(`raw ${request.method} ${request.url}`),
        },
      ],
    },
  );

/** Never answers. */
export const createEc2 = () =>
  defineService(Ec2, { name: 'ec2', signingName: 'ec2', protocol: 'ec2' })({
    DescribeImages: (_input, call) =>
      new Promise((_resolve, reject) => {
        lastCall.value = call;
        call.signal?.addEventListener('abort', () => reject(new Error('gone')));
      }),
  });

/** Has nothing. */
export const createStates = () =>
  defineService(States, {
    name: 'states',
    signingName: 'states',
    protocol: 'json-1.0',
    target: 'AWSStepFunctions',
  })({
    ListStateMachines: () => ({ stateMachines: [] }),
  });
