import * as AutoScaling from '@aws-sdk/client-auto-scaling';
import * as Logs from '@aws-sdk/client-cloudwatch-logs';
import * as Ec2 from '@aws-sdk/client-ec2';
import * as Events from '@aws-sdk/client-eventbridge';
import * as S3 from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';
import { readModel } from '#localcloud/protocols/model';
import { checkRequiredMembers } from '#localcloud/protocols/required-members';
import type { PeerName, Protocol } from '#localcloud/service';

const check = (
  module: object,
  name: PeerName,
  protocol: Protocol,
  operation: string,
  input: object,
): void => {
  const shape = readModel(module).operations.get(operation)?.input;
  if (shape === undefined) throw new Error(`no operation ${operation}`);
  checkRequiredMembers({ name, signingName: name, protocol }, shape, input);
};

const constraint = (path: string): string =>
  `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`;

describe('checkRequiredMembers', () => {
  test.each([
    [
      Ec2,
      'ec2',
      'ec2',
      'RunInstances',
      {},
      'MissingParameter',
      'The request must contain the parameter MaxCount',
    ],
    [
      AutoScaling,
      'autoscaling',
      'query',
      'DeleteAutoScalingGroup',
      {},
      'ValidationError',
      constraint('autoScalingGroupName'),
    ],
    [
      Events,
      'events',
      'json-1.1',
      'PutTargets',
      { Rule: 'r', Targets: [{ Id: '1' }] },
      'ValidationException',
      constraint('targets.1.member.arn'),
    ],
    [Logs, 'logs', 'json-1.1', 'CreateLogGroup', {}, 'InvalidParameterException', constraint('logGroupName')],
    [
      S3,
      's3',
      'rest-xml',
      'DeleteObjects',
      { Bucket: 'b', Delete: {} },
      'MalformedXML',
      expect.stringContaining('not well-formed'),
    ],
  ] as const)(
    '%#: names what is missing in the words of %s',
    (module, name, protocol, operation, input, code, message) => {
      expect(() => check(module, name, protocol, operation, input)).toThrow(
        expect.objectContaining({ code, message }),
      );
    },
  );

  test('does not ask for idempotency tokens, nor for anything inside what is absent', () => {
    expect(() => check(Ec2, 'ec2', 'ec2', 'RunInstances', { MinCount: 1, MaxCount: 1 })).not.toThrow();
    expect(() =>
      check(Ec2, 'ec2', 'ec2', 'RunScheduledInstances', {
        LaunchSpecification: {},
        ScheduledInstanceId: 's',
      }),
    ).not.toThrow();
  });
});
