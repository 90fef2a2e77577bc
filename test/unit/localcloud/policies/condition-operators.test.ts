import { describe, expect, test } from '@jest/globals';
import { operatorProblem, testCondition } from '#localcloud/policies/condition-operators';

describe('condition operators', () => {
  test.each([
    ['StringEquals', ['a'], ['b', 'a'], true],
    ['StringEquals', ['A'], ['a'], false],
    ['StringEqualsIgnoreCase', ['A'], ['a'], true],
    ['StringNotEquals', ['a'], ['b', 'c'], true],
    ['StringNotEquals', ['a'], ['b', 'a'], false],
    ['StringLike', ['apps/x'], ['apps/*'], true],
    ['ArnLike', ['arn:aws:iam::1:role/a'], ['arn:aws:iam::*:role/*'], true],
    ['ArnNotLike', ['arn:aws:iam::1:role/a'], ['arn:aws:iam::2:*'], true],
    ['Bool', ['true'], ['True'], true],
    ['NumericLessThan', ['9'], ['10'], true],
    ['NumericGreaterThanEquals', ['10'], ['10'], true],
    ['NumericNotEquals', ['1'], ['1'], false],
    ['DateLessThan', ['2026-01-01T00:00:00Z'], ['2027-01-01T00:00:00Z'], true],
    ['IpAddress', ['10.1.2.3'], ['10.0.0.0/8'], true],
    ['NotIpAddress', ['10.1.2.3'], ['10.0.0.0/8'], false],
    ['Null', [], ['true'], true],
    ['Null', ['x'], ['true'], false],
  ])('%s %j against %j: %j', (operator, actual, wanted, expected) => {
    expect(testCondition(operator, actual, wanted)).toBe(expected);
  });

  test('an absent key fails, unless the operator is negated or ends in IfExists', () => {
    expect(testCondition('StringEquals', [], ['a'])).toBe(false);
    expect(testCondition('StringEqualsIfExists', [], ['a'])).toBe(true);
    expect(testCondition('StringNotEquals', [], ['a'])).toBe(true);
  });

  test('ForAllValues holds for none, ForAnyValue needs one', () => {
    expect(testCondition('ForAllValues:StringEquals', [], ['a'])).toBe(true);
    expect(testCondition('ForAllValues:StringEquals', ['a', 'b'], ['a'])).toBe(false);
    expect(testCondition('ForAnyValue:StringEquals', ['a', 'b'], ['a'])).toBe(true);
    expect(testCondition('ForAnyValue:StringEquals', [], ['a'])).toBe(false);
    expect(testCondition('ForAnyValue:StringNotEquals', ['a', 'b'], ['a'])).toBe(true);
  });

  test('names an operator that does not exist', () => {
    expect(operatorProblem('StringLikes')).toBe('Invalid Condition type : StringLikes.');
    expect(operatorProblem('ForAllValues:StringLikeIfExists')).toBeUndefined();
  });
});
