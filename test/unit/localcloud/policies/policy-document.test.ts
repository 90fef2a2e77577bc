import { describe, expect, test } from '@jest/globals';
import { parseIdentityPolicy, parseTrustPolicy } from '#localcloud/policies/policy-document';

const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const policy = (...statements: object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

describe('policy documents', () => {
  test('one value and a list of one mean the same', () => {
    const one = parseIdentityPolicy(JSON.stringify({ Statement: statement }));
    const list = parseIdentityPolicy(policy({ ...statement, Action: ['s3:GetObject'], Resource: ['*'] }));
    expect(one).toEqual(list);
  });

  test.each([
    ['not JSON', '{', 'This policy contains invalid Json'],
    ['no statement', '{}', 'Syntax errors in policy.'],
    ['unknown element', policy({ ...statement, Actions: 'x' }), 'Syntax errors in policy.'],
    ['no effect', policy({ ...statement, Effect: 'Maybe' }), 'Syntax errors in policy.'],
    ['Action and NotAction', policy({ ...statement, NotAction: 's3:*' }), 'Syntax errors in policy.'],
    ['no action', policy({ Effect: 'Allow', Resource: '*' }), 'Policy statement must contain actions.'],
    ['no resource', policy({ Effect: 'Allow', Action: 's3:*' }), 'Policy statement must contain resources.'],
    [
      'action without vendor',
      policy({ ...statement, Action: 'GetObject' }),
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    ],
    [
      'resource that is no ARN',
      policy({ ...statement, Resource: 'drop' }),
      'Resource drop must be in ARN format or "*".',
    ],
    [
      'principal',
      policy({ ...statement, Principal: '*' }),
      'Policy document should not specify a principal.',
    ],
    ['condition', policy({ ...statement, Condition: { Foo: {} } }), 'Invalid Condition type : Foo.'],
    ['version', JSON.stringify({ Version: '2026', Statement: statement }), 'Syntax errors in policy.'],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseIdentityPolicy(text)).toThrow(message);
  });

  test('a trust policy has a principal and no resource', () => {
    const trust = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
    expect(parseTrustPolicy(policy(trust))[0]?.principals).toEqual({ Service: ['ec2.amazonaws.com'] });
    expect(() => parseTrustPolicy(policy(statement))).toThrow('AssumeRole policy must contain a principal.');
    expect(() => parseTrustPolicy(policy({ ...trust, Resource: '*' }))).toThrow(
      'Has prohibited field Resource',
    );
  });
});
