import * as Lambda from '@aws-sdk/client-lambda';
import * as S3 from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';
import { readModel } from '#localcloud/protocols/model';
import { createRouter } from '#localcloud/protocols/rest-route';

const routers = { s3: createRouter(readModel(S3)), lambda: createRouter(readModel(Lambda)) };

const route = (
  service: keyof typeof routers,
  line: string,
  headers: Readonly<Record<string, string>> = {},
) => {
  const [method = '', url = ''] = line.split(' ');
  const [path = '', search = ''] = url.split('?');
  const found = routers[service]({ method, path, query: [...new URLSearchParams(search)], headers });
  return [found.operation.name, found.labels] as const;
};

const copySource = { 'x-amz-copy-source': '/b/k' };

describe('the routes of Amazon S3', () => {
  test.each([
    ['GET /', 'ListBuckets'],
    ['PUT /b', 'CreateBucket'],
    ['PUT /b/', 'CreateBucket'],
    ['HEAD /b', 'HeadBucket'],
    ['GET /b', 'ListObjects'],
    ['GET /b?list-type=2&prefix=x', 'ListObjectsV2'],
    ['GET /b?acl', 'GetBucketAcl'],
    ['GET /b?versions', 'ListObjectVersions'],
    ['GET /b?uploads', 'ListMultipartUploads'],
    ['GET /b?metrics', 'ListBucketMetricsConfigurations'],
    ['GET /b?metrics&id=1', 'GetBucketMetricsConfiguration'],
    ['POST /b?delete', 'DeleteObjects'],
    ['GET /b/k', 'GetObject'],
    ['GET /b/k?uploadId=1', 'ListParts'],
    ['GET /b/k?x-id=GetObject&versionId=1', 'GetObject'],
    ['PUT /b/k', 'PutObject'],
    ['PUT /b/k?tagging', 'PutObjectTagging'],
    ['PUT /b/k?partNumber=1&uploadId=2', 'UploadPart'],
    ['POST /b/k?uploads', 'CreateMultipartUpload'],
    ['POST /b/k?uploadId=1', 'CompleteMultipartUpload'],
    ['DELETE /b/k?uploadId=1', 'AbortMultipartUpload'],
    ['DELETE /b/k', 'DeleteObject'],
  ])('%s is %s', (line, name) => {
    expect(route('s3', line)[0]).toBe(name);
  });

  test('a copy source makes a copy of a put', () => {
    expect(route('s3', 'PUT /b/k', copySource)[0]).toBe('CopyObject');
    expect(route('s3', 'PUT /b/k?partNumber=1&uploadId=2', copySource)[0]).toBe('UploadPartCopy');
  });

  test.each([
    ['/b/a//b', 'a//b'],
    ['/b//a', '/a'],
    ['/b//', '/'],
    ['/b/a/../b', 'a/../b'],
    ['/b/a/', 'a/'],
    ['/b/%2e%2E/%20+%C3%A9%0A', '../ +é\n'],
  ])('the key of %s is %j', (path, key) => {
    expect(route('s3', `GET ${path}`)).toEqual(['GetObject', { Bucket: 'b', Key: key }]);
  });

  test('refuses a path that is not UTF-8, and a method that no operation has', () => {
    expect(() => route('s3', 'GET /b/%ff')).toThrow('not percent-encoded UTF-8');
    expect(() => route('s3', 'PATCH /b/k')).toThrow('no operation for PATCH');
  });
});

describe('the routes of AWS Lambda', () => {
  test.each([
    ['GET /2015-03-31/functions', 'ListFunctions', {}],
    ['GET /2015-03-31/functions/', 'ListFunctions', {}],
    ['POST /2015-03-31/functions/f/invocations', 'Invoke', { FunctionName: 'f' }],
    [
      'GET /2015-03-31/functions/arn%3Aaws%3Alambda/configuration',
      'GetFunctionConfiguration',
      { FunctionName: 'arn:aws:lambda' },
    ],
  ])('%s is %s', (line, name, labels) => {
    expect(route('lambda', line)).toEqual([name, labels]);
  });
});
