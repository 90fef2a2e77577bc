import { describe, expect, test } from '@jest/globals';
import { parseTaskResource } from '#localcloud/states-language/task-resource';

describe('a resource', () => {
  test.each([
    ['arn:aws:states:::lambda:invoke', 'service', 'lambda', 'invoke', 'request'],
    [
      'arn:aws:states:::lambda:invoke.waitForTaskToken',
      'service',
      'lambda',
      'invoke.waitForTaskToken',
      'callback',
    ],
    ['arn:aws:states:::states:startExecution.sync', 'service', 'states', 'startExecution.sync', 'sync'],
    ['arn:aws:states:::states:startExecution.sync:2', 'service', 'states', 'startExecution.sync:2', 'sync:2'],
    ['arn:aws:states:::aws-sdk:s3:getObject', 'sdk', 'aws-sdk:s3', 'getObject', 'request'],
    ['arn:aws:lambda:eu-central-1:000000000000:function:f:live', 'function', 'lambda', 'invoke', 'request'],
  ])('%s', (arn, kind, resourceType, resource, pattern) => {
    expect(parseTaskResource(arn)).toMatchObject({ kind, resourceType, resource, pattern });
  });

  test.each(['f', 'arn:aws:s3:::bucket', 'arn:aws:states:::lambda', 'arn:aws:states:::lambda:invoke.later'])(
    '%s is none',
    (arn) => {
      expect(parseTaskResource(arn)).toBeUndefined();
    },
  );
});
