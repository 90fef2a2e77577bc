import { describe, expect, test } from '@jest/globals';
import { functionArn, parseFunctionReference } from '#localcloud/services/lambda/names';

describe('a function is named', () => {
  test.each([
    ['f', undefined, { name: 'f' }],
    ['f:live', undefined, { name: 'f', qualifier: 'live' }],
    ['f', '1', { name: 'f', qualifier: '1' }],
    ['000000000000:function:f', undefined, { name: 'f' }],
    ['arn:aws:lambda:eu-central-1:000000000000:function:f', undefined, { name: 'f' }],
    [
      'arn:aws:lambda:eu-central-1:000000000000:function:f:$LATEST',
      undefined,
      { name: 'f', qualifier: '$LATEST' },
    ],
  ])('by %s with qualifier %s', (name, qualifier, reference) => {
    expect(parseFunctionReference(name, qualifier)).toEqual(reference);
  });

  test.each([['f g'], [''], ['arn:aws:s3:::f'], ['f:a:b']])('not by "%s"', (name) => {
    expect(() => parseFunctionReference(name)).toThrow('failed to satisfy constraint');
  });

  test('with one qualifier only', () => {
    expect(() => parseFunctionReference('f:1', '2')).toThrow('does not match the specified qualifier');
  });

  test('by an ARN that ends with the qualifier', () => {
    const context = { region: 'eu-central-1', accountId: '000000000000' };
    expect(functionArn(context, { name: 'f', qualifier: '1' })).toBe(
      'arn:aws:lambda:eu-central-1:000000000000:function:f:1',
    );
  });
});
