import { describe, expect, test } from '@jest/globals';
import { parseTemplate } from '#localcloud/services/cloudformation/template/parse-template';

const propertiesOf = (yaml: string): unknown =>
  parseTemplate(`Resources:\n  A:\n    Type: T\n    Properties:\n${yaml.replace(/^/gm, '      ')}`).Resources[
    'A'
  ]?.Properties;

describe('a template', () => {
  test.each([
    ['X: !Ref B', { X: { Ref: 'B' } }],
    ['X: !GetAtt B.Endpoint.Port', { X: { 'Fn::GetAtt': ['B', 'Endpoint.Port'] } }],
    ['X: !GetAtt [B, Arn]', { X: { 'Fn::GetAtt': ['B', 'Arn'] } }],
    ["X: !Sub '${B}-x'", { X: { 'Fn::Sub': '${B}-x' } }],
    [
      "X: !Join [',', [!Ref B, !Sub '${C}']]",
      { X: { 'Fn::Join': [',', [{ Ref: 'B' }, { 'Fn::Sub': '${C}' }]] } },
    ],
    ['X: !If [C, !Ref A, b]', { X: { 'Fn::If': ['C', { Ref: 'A' }, 'b'] } }],
    ["X: !Select [0, !GetAZs '']", { X: { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] } }],
    ['X: !Base64\n  Fn::Sub: text', { X: { 'Fn::Base64': { 'Fn::Sub': 'text' } } }],
    ["Version: '2012-10-17'", { Version: '2012-10-17' }],
    ['Version: 2012-10-17', { Version: '2012-10-17' }],
  ])('reads %s', (yaml, properties) => {
    expect(propertiesOf(yaml)).toEqual(properties);
  });

  test('may be JSON', () => {
    const template = parseTemplate('{"Resources": {"A": {"Type": "T", "Properties": {"X": {"Ref": "B"}}}}}');
    expect(template.Resources['A']).toEqual({ Type: 'T', Properties: { X: { Ref: 'B' } } });
  });

  test.each([
    ['no resources', 'Outputs: {}', 'At least one Resources member must be defined'],
    ['a resource without a type', 'Resources: { A: {} }', 'must contain a Type member'],
    ['a name with a dash', 'Resources: { a-b: { Type: T } }', 'Resource name a-b is non alphanumeric'],
    ['an unknown section', 'Transform: x\nResources: { A: { Type: T } }', 'Transform'],
    ['text that is not YAML', '{ "a": ', 'Template format error'],
    ['a list', '- a', 'unsupported structure'],
  ])('is refused with %s', (_, body, message) => {
    expect(() => parseTemplate(body)).toThrow(message);
  });
});
