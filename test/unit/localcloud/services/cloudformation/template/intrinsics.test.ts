import { describe, expect, test } from '@jest/globals';
import type { ResolveScope } from '#localcloud/services/cloudformation/template/intrinsics';
import { resolve } from '#localcloud/services/cloudformation/template/intrinsics';

const scope: ResolveScope = {
  ref: (name) =>
    ({ Bucket: 'my-bucket', Ids: ['a', 'b'], Empty: '', 'AWS::Region': 'eu-central-1', Port: '80' })[name],
  attribute: (logicalId, attribute) => `${logicalId}/${attribute}`,
  condition: (name) => name === 'Yes',
  mapping: (map, top, second) => (({ M: { eu: { size: 'big' } } }) as never)[map]?.[top]?.[second],
  zones: (region) => [`${region}a`, `${region}b`],
  exported: (name) => (name === 'shared' ? 'value' : undefined),
};

describe('an intrinsic function', () => {
  test.each<[rule: string, value: unknown, result: unknown]>([
    ['Ref', { Ref: 'Bucket' }, 'my-bucket'],
    ['Ref to empty text', { Ref: 'Empty' }, ''],
    ['Ref to a list', { A: { Ref: 'Ids' } }, { A: ['a', 'b'] }],
    ['AWS::NoValue removes its member', { A: { Ref: 'AWS::NoValue' }, B: 1 }, { B: 1 }],
    ['AWS::NoValue removes its item', ['a', { Ref: 'AWS::NoValue' }], ['a']],
    ['GetAtt', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, 'Bucket/Arn'],
    ['GetAtt as text', { 'Fn::GetAtt': 'Bucket.Arn' }, 'Bucket/Arn'],
    [
      'Sub',
      { 'Fn::Sub': '${Bucket}:${Bucket.Arn}:${!Literal}:${AWS::Region}' },
      'my-bucket:Bucket/Arn:${Literal}:eu-central-1',
    ],
    ['Sub with its own variables', { 'Fn::Sub': ['${x}/${Bucket}', { x: { Ref: 'Port' } }] }, '80/my-bucket'],
    ['Sub of a text with $ in it', { 'Fn::Sub': ['${x}', { x: "$&$'" }] }, "$&$'"],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Bucket' }, 1]] }, 'a-my-bucket-1'],
    ['Join of a list parameter', { 'Fn::Join': [',', { Ref: 'Ids' }] }, 'a,b'],
    ['Split and Select', { 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b'] }] }, 'b'],
    ['If', { 'Fn::If': ['Yes', 'y', { Ref: 'Unknown' }] }, 'y'],
    ['If without a value', { A: { 'Fn::If': ['No', 'y', { Ref: 'AWS::NoValue' }] } }, {}],
    ['FindInMap', { 'Fn::FindInMap': ['M', 'eu', 'size'] }, 'big'],
    ['Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
    ['GetAZs', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, 'eu-central-1a'],
    ['ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': 'shared' } }, 'value'],
    ['an object with more members is none', { Ref: 'Bucket', b: 1 }, { Ref: 'Bucket', b: 1 }],
  ])('%s', (_, value, result) => {
    expect(resolve(value, scope)).toEqual(result);
  });

  test.each<[rule: string, value: unknown, message: string]>([
    ['refers to nothing', { Ref: 'Absent' }, 'Unresolved resource dependencies [Absent]'],
    ['is unknown', { 'Fn::Magic': 1 }, 'does not know the function Fn::Magic'],
    ['selects past the end', { 'Fn::Select': [5, ['a']] }, 'nonexistent value at index 5'],
    ['joins what is no list', { 'Fn::Join': [',', 'a'] }, 'Fn::Join needs a list'],
    ['imports what nobody exports', { 'Fn::ImportValue': 'nothing' }, 'No export named nothing found'],
    [
      'finds nothing in a map',
      { 'Fn::FindInMap': ['M', 'us', 'size'] },
      'Unable to get mapping for M::us::size',
    ],
  ])('is refused when it %s', (_, value, message) => {
    expect(() => resolve(value, scope)).toThrow(message);
  });
});
