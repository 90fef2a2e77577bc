import { describe, expect, test } from '@jest/globals';
import { evaluateConditions, pruneBranches } from '#localcloud/services/cloudformation/template/conditions';

const scope = {
  ref: (name: string) => ({ Stage: 'prod', Size: '2' })[name],
  attribute: () => undefined,
  mapping: () => undefined,
  zones: () => [],
  exported: () => undefined,
};

describe('conditions', () => {
  test('build on parameters and on each other, in any order', () => {
    const conditions = evaluateConditions(
      {
        Both: { 'Fn::And': [{ Condition: 'IsProd' }, { 'Fn::Not': [{ Condition: 'IsSmall' }] }] },
        Either: { 'Fn::Or': [{ Condition: 'IsSmall' }, { Condition: 'IsProd' }] },
        IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
        IsSmall: { 'Fn::Equals': [{ Ref: 'Size' }, 1] },
        IsTwo: { 'Fn::Equals': [{ Ref: 'Size' }, 2] },
      },
      scope,
    );
    expect(Object.fromEntries(conditions)).toEqual({
      IsProd: true,
      IsSmall: false,
      IsTwo: true,
      Both: true,
      Either: true,
    });
  });

  test('may not depend on themselves', () => {
    const circle = { A: { 'Fn::Not': [{ Condition: 'B' }] }, B: { 'Fn::Not': [{ Condition: 'A' }] } };
    expect(() => evaluateConditions(circle, scope)).toThrow('condition A depends on itself');
  });

  test('leave only the branch that they select', () => {
    const value = { A: [{ 'Fn::If': ['Yes', { Ref: 'X' }, { Ref: 'Y' }] }], B: { 'Fn::If': ['No', 1, 2] } };
    expect(pruneBranches(value, (name) => name === 'Yes')).toEqual({ A: [{ Ref: 'X' }], B: 2 });
  });
});
