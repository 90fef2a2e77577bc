import { describe, expect, test } from '@jest/globals';
import { compilePolicy, type ConditionContext } from '#localcloud/policies/evaluate';
import { parseIdentityPolicy } from '#localcloud/policies/policy-document';

const context: ConditionContext = new Map([
  ['aws:requestedregion', ['eu-central-1']],
  ['aws:principalaccount', ['000000000000']],
  ['aws:multifactorauthpresent', []],
]);
const decide = (statements: object[], action: string, resource: string): string =>
  compilePolicy(parseIdentityPolicy(JSON.stringify({ Statement: statements }))).decide(
    action,
    resource,
    context,
  );
const allow = { Effect: 'Allow', Action: 's3:Get*', Resource: 'arn:aws:s3:::drop/*' };
const object = 'arn:aws:s3:::drop/a';

describe('compilePolicy', () => {
  test('nothing is allowed that no statement allows', () => {
    expect(decide([allow], 's3:GetObject', object)).toBe('allow');
    expect(decide([allow], 's3:PutObject', object)).toBe('implicit-deny');
    expect(decide([allow], 's3:GetObject', 'arn:aws:s3:::other/a')).toBe('implicit-deny');
    expect(decide([], 's3:GetObject', object)).toBe('implicit-deny');
  });

  test('an explicit deny wins over any allow', () => {
    const deny = { Effect: 'Deny', Action: '*', Resource: 'arn:aws:s3:::drop/secret*' };
    expect(decide([allow, deny], 's3:GetObject', 'arn:aws:s3:::drop/secret')).toBe('explicit-deny');
    expect(decide([allow, deny], 's3:GetObject', object)).toBe('allow');
  });

  test('NotAction and NotResource are everything else', () => {
    const others = { Effect: 'Allow', NotAction: 'iam:*', NotResource: 'arn:aws:s3:::drop/*' };
    expect(decide([others], 's3:GetObject', 'arn:aws:s3:::other/a')).toBe('allow');
    expect(decide([others], 's3:GetObject', object)).toBe('implicit-deny');
    expect(decide([others], 'iam:GetRole', 'arn:aws:iam::1:role/a')).toBe('implicit-deny');
  });

  test('where an operation has no resource, an allow counts by its action and a deny only if it is for all', () => {
    expect(decide([allow], 's3:GetObject', '*')).toBe('allow');
    expect(decide([allow, { ...allow, Effect: 'Deny' }], 's3:GetObject', '*')).toBe('allow');
    expect(decide([allow, { ...allow, Effect: 'Deny', Resource: '*' }], 's3:GetObject', '*')).toBe(
      'explicit-deny',
    );
  });

  test('conditions on known keys decide', () => {
    const inRegion = (region: string): object => ({
      ...allow,
      Condition: { StringEquals: { 'aws:RequestedRegion': region } },
    });
    expect(decide([inRegion('eu-central-1')], 's3:GetObject', object)).toBe('allow');
    expect(decide([inRegion('us-east-1')], 's3:GetObject', object)).toBe('implicit-deny');
    const mfa = { ...allow, Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } };
    expect(decide([mfa], 's3:GetObject', object)).toBe('implicit-deny');
  });

  test('a key that cannot be known here neither takes an allow away nor makes a deny', () => {
    const Condition = { StringEquals: { 'ec2:ResourceTag/app': 'hello' } };
    expect(decide([{ ...allow, Condition }], 's3:GetObject', object)).toBe('allow');
    expect(decide([allow, { ...allow, Effect: 'Deny', Condition }], 's3:GetObject', object)).toBe('allow');
  });

  test('variables are filled in from the request', () => {
    const own = { ...allow, Action: 'iam:GetRole', Resource: 'arn:aws:iam::${aws:PrincipalAccount}:role/*' };
    expect(decide([own], 'iam:GetRole', 'arn:aws:iam::000000000000:role/a')).toBe('allow');
    expect(decide([own], 'iam:GetRole', 'arn:aws:iam::111111111111:role/a')).toBe('implicit-deny');
  });
});
