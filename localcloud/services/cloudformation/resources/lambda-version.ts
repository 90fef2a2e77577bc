import { resourceType } from '../resource-type.ts';

interface LambdaVersion {
  readonly FunctionName: string;
  readonly CodeSha256?: string;
  readonly Description?: string;
}

/** `AWS::Lambda::Version` */
export const lambdaVersion = resourceType<LambdaVersion>({
  type: 'AWS::Lambda::Version',
  properties: { FunctionName: 'string', CodeSha256: 'string', Description: 'string' },
  required: ['FunctionName'],
  replacing: ['FunctionName', 'CodeSha256', 'Description'],
  attributes: ['Version'],
  create: async (properties, scope) => {
    const { FunctionArn = '', Version } = await scope.peers.lambda.PublishVersion(
      { ...properties },
      scope.call,
    );
    return { physicalId: FunctionArn, attributes: { Version } };
  },
  delete: async (versionArn, _, scope) => {
    await scope.peers.lambda.DeleteFunction({ FunctionName: versionArn }, scope.call);
  },
});
