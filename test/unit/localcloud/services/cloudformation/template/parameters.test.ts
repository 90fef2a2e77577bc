import { describe, expect, test } from '@jest/globals';
import type { TemplateParameter } from '#localcloud/services/cloudformation/model';
import { parameterRef, parameterValues } from '#localcloud/services/cloudformation/template/parameters';

const template = (Parameters: Record<string, TemplateParameter>) => ({
  Parameters,
  Mappings: {},
  Conditions: {},
  Resources: {},
  Outputs: {},
});

describe('parameters', () => {
  test('take what is given, else what was, else the default', () => {
    const values = parameterValues(
      template({ A: { Type: 'String' }, B: { Type: 'String' }, C: { Type: 'Number', Default: 3 } }),
      [
        { ParameterKey: 'A', ParameterValue: 'new' },
        { ParameterKey: 'B', UsePreviousValue: true },
      ],
      [{ key: 'B', value: 'old' }],
    );
    expect(values).toEqual([
      { key: 'A', value: 'new' },
      { key: 'B', value: 'old' },
      { key: 'C', value: '3' },
    ]);
  });

  test.each<[rule: string, parameter: TemplateParameter, value: string | undefined, message: string]>([
    ['is missing', { Type: 'String' }, undefined, 'Parameters: [P] must have values'],
    ['is not allowed', { Type: 'String', AllowedValues: ['a'] }, 'b', "'P' must be one of AllowedValues"],
    ['is no number', { Type: 'Number' }, 'x', "'P' must be a number"],
    ['is too big', { Type: 'Number', MaxValue: 5 }, '6', "'P' must be a number from"],
    ['is too short', { Type: 'String', MinLength: 2 }, 'a', "'P' must contain 2 to"],
    [
      'breaks the pattern',
      { Type: 'String', AllowedPattern: '[a-z]+' },
      'a1',
      "'P' must match pattern [a-z]+",
    ],
  ])('are refused when one %s', (_, parameter, value, message) => {
    const inputs = value === undefined ? [] : [{ ParameterKey: 'P', ParameterValue: value }];
    expect(() => parameterValues(template({ P: parameter }), inputs, [])).toThrow(message);
  });

  test('that the template does not have are refused', () => {
    expect(() => parameterValues(template({}), [{ ParameterKey: 'X', ParameterValue: '1' }], [])).toThrow(
      'Parameters: [X] do not exist in the template',
    );
  });

  test('of list types give lists, also from Parameter Store', () => {
    expect(parameterRef('List<AWS::EC2::Subnet::Id>', { key: 'S', value: 'a, b' })).toEqual(['a', 'b']);
    expect(
      parameterRef('AWS::SSM::Parameter::Value<List<String>>', { key: 'S', value: '/p', resolved: 'x,y' }),
    ).toEqual(['x', 'y']);
  });
});
