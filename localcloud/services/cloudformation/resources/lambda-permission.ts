import type { AddPermissionCommandInput } from '@aws-sdk/client-lambda';
import { resourceType } from '../resource-type.ts';

type Permission = Omit<AddPermissionCommandInput, 'StatementId'>;

/** `AWS::Lambda::Permission` */
export const lambdaPermission = resourceType<Permission>({
  type: 'AWS::Lambda::Permission',
  properties: {
    FunctionName: 'string',
    Action: 'string',
    Principal: 'string',
    SourceArn: 'string',
    SourceAccount: 'string',
    EventSourceToken: 'string',
    FunctionUrlAuthType: 'string',
    InvokedViaFunctionUrl: 'boolean',
    PrincipalOrgID: 'string',
  },
  required: ['Action', 'FunctionName', 'Principal'],
  replacing: [],
  attributes: ['Id'],
  create: async (properties, scope) => {
    const StatementId = scope.generateName(100);
    await scope.peers.lambda.AddPermission({ ...properties, StatementId }, scope.call);
    return { physicalId: StatementId, attributes: { Id: StatementId } };
  },
  delete: async (statementId, { FunctionName }, scope) => {
    await scope.peers.lambda.RemovePermission({ FunctionName, StatementId: statementId }, scope.call);
  },
});
