import { describe, expect, test } from '@jest/globals';
import { resourceDependencies } from '#localcloud/services/cloudformation/template/check-template';
import { dependencyOrder } from '#localcloud/services/cloudformation/template/dependency-order';
import { parseTemplate } from '#localcloud/services/cloudformation/template/parse-template';

const dependencies = (yaml: string) => resourceDependencies(parseTemplate(yaml));

describe('resources', () => {
  test('come after those that they name by Ref, GetAtt, Sub or DependsOn', () => {
    const order = dependencyOrder(
      dependencies(`
Resources:
  A: { Type: T, Properties: { X: !Sub '\${B}', Y: !Ref AWS::Region } }
  B: { Type: T, Properties: { X: [!GetAtt C.Arn] } }
  C: { Type: T, DependsOn: [D] }
  D: { Type: T, Properties: { X: !Sub ['\${y}', { y: !Ref E }] } }
  E: { Type: T }
`),
    );
    expect(order).toEqual(['E', 'D', 'C', 'B', 'A']);
  });

  test('may not form a circle', () => {
    const circle = dependencies(
      'Resources: { A: { Type: T, DependsOn: B }, B: { Type: T, Properties: { X: !Ref A } } }',
    );
    expect(() => dependencyOrder(circle)).toThrow('Circular dependency between resources: [A, B]');
  });
});
