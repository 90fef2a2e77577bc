import type { PutFunctionEventInvokeConfigCommandInput } from '@aws-sdk/client-lambda';
import type { MadeResource, ResourceScope } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

type EventInvokeConfig = PutFunctionEventInvokeConfigCommandInput & { readonly FunctionName: string };

const put = async (properties: EventInvokeConfig, scope: ResourceScope): Promise<MadeResource> => {
  await scope.peers.lambda.PutFunctionEventInvokeConfig(properties, scope.call);
  return { physicalId: `${properties.FunctionName}|${properties.Qualifier ?? '$LATEST'}` };
};

/** `AWS::Lambda::EventInvokeConfig` */
export const lambdaEventInvokeConfig = resourceType<EventInvokeConfig>({
  type: 'AWS::Lambda::EventInvokeConfig',
  properties: {
    FunctionName: 'string',
    Qualifier: 'string',
    MaximumRetryAttempts: 'number',
    MaximumEventAgeInSeconds: 'number',
    DestinationConfig: { OnSuccess: { Destination: 'string' }, OnFailure: { Destination: 'string' } },
  },
  required: ['FunctionName', 'Qualifier'],
  replacing: ['FunctionName', 'Qualifier'],
  attributes: [],
  create: put,
  update: (_, properties, __, scope) => put(properties, scope),
  delete: async (_, { FunctionName, Qualifier }, scope) => {
    await scope.peers.lambda.DeleteFunctionEventInvokeConfig({ FunctionName, Qualifier }, scope.call);
  },
});
