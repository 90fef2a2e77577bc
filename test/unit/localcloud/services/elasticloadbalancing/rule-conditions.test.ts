import { describe, expect, test } from '@jest/globals';
import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { checkConditions } from '#localcloud/services/elasticloadbalancing/rule-conditions';

const path = (...Values: string[]): RuleCondition => ({
  Field: 'path-pattern',
  PathPatternConfig: { Values },
});

describe('checkConditions', () => {
  test('fills in both forms of a path condition, as DescribeRules answers them', () => {
    expect(checkConditions([{ Field: 'path-pattern', Values: ['/a'] }])).toEqual([
      { Field: 'path-pattern', Values: ['/a'], PathPatternConfig: { Values: ['/a'] } },
    ]);
  });

  const refused: [string, RuleCondition[], string][] = [
    ['none', [], 'at least one condition'],
    ['an unknown field', [{ Field: 'cookie', Values: ['a'] }], "Condition field 'cookie'"],
    ['no value', [path()], 'at least one value'],
    ['six values', [path('1', '2', '3', '4', '5', '6')], "only have '5' condition values"],
    ['too many wildcards', [path('*?*?*?*')], 'condition wildcards'],
    ['two paths', [path('/a'), path('/b')], 'only have one condition of field'],
    ['a regular expression', [{ Field: 'path-pattern', RegexValues: ['a'] }], 'RegexValues'],
    ['a bad range', [{ Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/33'] } }], 'CIDR block'],
  ];
  test.each(refused)('refuses %s', (_, conditions, message) => {
    expect(() => checkConditions(conditions)).toThrow(message);
  });
});
