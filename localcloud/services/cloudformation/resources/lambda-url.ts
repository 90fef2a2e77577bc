import type { Cors, FunctionUrlAuthType, InvokeMode } from '@aws-sdk/client-lambda';
import type { MadeResource, ResourceScope } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

interface LambdaUrl {
  readonly TargetFunctionArn: string;
  readonly AuthType: FunctionUrlAuthType;
  readonly Qualifier?: string;
  readonly InvokeMode?: InvokeMode;
  readonly Cors?: Cors;
}

const put = async (
  operation: 'CreateFunctionUrlConfig' | 'UpdateFunctionUrlConfig',
  { TargetFunctionArn, ...properties }: LambdaUrl,
  scope: ResourceScope,
): Promise<MadeResource> => {
  const { FunctionUrl, FunctionArn = '' } = await scope.peers.lambda[operation](
    { FunctionName: TargetFunctionArn, ...properties },
    scope.call,
  );
  return { physicalId: FunctionArn, attributes: { FunctionUrl, FunctionArn } };
};

/** `AWS::Lambda::Url` */
export const lambdaUrl = resourceType<LambdaUrl>({
  type: 'AWS::Lambda::Url',
  properties: {
    TargetFunctionArn: 'string',
    AuthType: 'string',
    Qualifier: 'string',
    InvokeMode: 'string',
    Cors: {
      AllowCredentials: 'boolean',
      AllowHeaders: ['string'],
      AllowMethods: ['string'],
      AllowOrigins: ['string'],
      ExposeHeaders: ['string'],
      MaxAge: 'number',
    },
  },
  required: ['AuthType', 'TargetFunctionArn'],
  replacing: ['Qualifier', 'TargetFunctionArn'],
  attributes: ['FunctionUrl', 'FunctionArn'],
  create: (properties, scope) => put('CreateFunctionUrlConfig', properties, scope),
  update: (_, properties, __, scope) => put('UpdateFunctionUrlConfig', properties, scope),
  delete: async (functionArn, _, scope) => {
    await scope.peers.lambda.DeleteFunctionUrlConfig({ FunctionName: functionArn }, scope.call);
  },
});
