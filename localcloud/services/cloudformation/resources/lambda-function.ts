import type {
  Architecture,
  FunctionCode,
  LoggingConfig,
  Runtime,
  TracingConfig,
} from '@aws-sdk/client-lambda';
import { isDeepStrictEqual } from 'node:util';
import { tagsShape } from '../property-shape.ts';
import type { MadeResource, ResourceScope, Tag } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';
import { inlineZip } from './inline-zip.ts';

interface Code {
  readonly S3Bucket?: string;
  readonly S3Key?: string;
  readonly S3ObjectVersion?: string;
  readonly ZipFile?: string;
}

interface LambdaFunction {
  readonly FunctionName?: string;
  readonly Runtime?: Runtime;
  readonly Handler?: string;
  readonly Role: string;
  readonly Code: Code;
  readonly Description?: string;
  readonly Timeout?: number;
  readonly MemorySize?: number;
  readonly Environment?: { readonly Variables?: Record<string, string> };
  readonly EphemeralStorage?: { readonly Size: number };
  readonly Architectures?: Architecture[];
  readonly LoggingConfig?: LoggingConfig;
  readonly TracingConfig?: TracingConfig;
  readonly DeadLetterConfig?: { readonly TargetArn?: string };
  readonly ReservedConcurrentExecutions?: number;
  readonly Tags?: readonly Tag[];
}

const codeOf = ({ ZipFile, ...code }: Code): FunctionCode =>
  ZipFile === undefined ? code : { ZipFile: inlineZip('index.js', ZipFile) };

// What UpdateFunctionConfiguration leaves alone when it is absent must be told its default.
const configurationOf = (properties: LambdaFunction) => ({
  Role: properties.Role,
  ...(properties.Runtime === undefined ? {} : { Runtime: properties.Runtime }),
  ...(properties.Handler === undefined ? {} : { Handler: properties.Handler }),
  Description: properties.Description ?? '',
  Timeout: properties.Timeout ?? 3,
  MemorySize: properties.MemorySize ?? 128,
  Environment: { Variables: properties.Environment?.Variables ?? {} },
  EphemeralStorage: properties.EphemeralStorage ?? { Size: 512 },
  LoggingConfig: properties.LoggingConfig ?? {},
  TracingConfig: properties.TracingConfig ?? { Mode: 'PassThrough' as const },
  DeadLetterConfig: { TargetArn: properties.DeadLetterConfig?.TargetArn ?? '' },
});

const setConcurrency = async (
  name: string,
  reserved: number | undefined,
  scope: ResourceScope,
): Promise<void> => {
  const { peers, call } = scope;
  if (reserved === undefined) await peers.lambda.DeleteFunctionConcurrency({ FunctionName: name }, call);
  else
    await peers.lambda.PutFunctionConcurrency(
      { FunctionName: name, ReservedConcurrentExecutions: reserved },
      call,
    );
};

const arnOf = (name: string, { context }: ResourceScope): string =>
  `arn:aws:lambda:${context.region}:${context.accountId}:function:${name}`;

const made = (name: string, scope: ResourceScope): MadeResource => ({
  physicalId: name,
  attributes: { Arn: arnOf(name, scope) },
});

const tagMap = (tags: readonly Tag[]): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

/** `AWS::Lambda::Function` */
export const lambdaFunction = resourceType<LambdaFunction>({
  type: 'AWS::Lambda::Function',
  properties: {
    FunctionName: 'string',
    Runtime: 'string',
    Handler: 'string',
    Role: 'string',
    Code: { S3Bucket: 'string', S3Key: 'string', S3ObjectVersion: 'string', ZipFile: 'string' },
    Description: 'string',
    Timeout: 'number',
    MemorySize: 'number',
    Environment: { Variables: { '*': 'string' } },
    EphemeralStorage: { Size: 'number' },
    Architectures: ['string'],
    LoggingConfig: {
      LogGroup: 'string',
      LogFormat: 'string',
      ApplicationLogLevel: 'string',
      SystemLogLevel: 'string',
    },
    TracingConfig: { Mode: 'string' },
    DeadLetterConfig: { TargetArn: 'string' },
    ReservedConcurrentExecutions: 'number',
    Tags: tagsShape,
  },
  required: ['Code', 'Role'],
  replacing: ['FunctionName', 'Architectures'],
  ignored: ['PackageType', 'RuntimeManagementConfig', 'RecursiveLoop'],
  attributes: ['Arn'],
  create: async (properties, scope) => {
    const name = properties.FunctionName ?? scope.generateName(64);
    await scope.peers.lambda.CreateFunction(
      {
        ...configurationOf(properties),
        FunctionName: name,
        Code: codeOf(properties.Code),
        Tags: tagMap(scope.tags(properties.Tags)),
        ...(properties.Architectures === undefined ? {} : { Architectures: properties.Architectures }),
      },
      scope.call,
    );
    scope.started(name);
    if (properties.ReservedConcurrentExecutions !== undefined) {
      await setConcurrency(name, properties.ReservedConcurrentExecutions, scope);
    }
    return made(name, scope);
  },
  update: async (name, properties, previous, scope) => {
    const { lambda } = scope.peers;
    if (!isDeepStrictEqual(properties.Code, previous.Code)) {
      await lambda.UpdateFunctionCode({ FunctionName: name, ...codeOf(properties.Code) }, scope.call);
    }
    const configuration = configurationOf(properties);
    if (!isDeepStrictEqual(configuration, configurationOf(previous))) {
      await lambda.UpdateFunctionConfiguration({ FunctionName: name, ...configuration }, scope.call);
    }
    if (properties.ReservedConcurrentExecutions !== previous.ReservedConcurrentExecutions) {
      await setConcurrency(name, properties.ReservedConcurrentExecutions, scope);
    }
    const Resource = arnOf(name, scope);
    const gone = (previous.Tags ?? []).map(({ Key }) => Key);
    if (gone.length > 0) await lambda.UntagResource({ Resource, TagKeys: gone }, scope.call);
    await lambda.TagResource({ Resource, Tags: tagMap(scope.tags(properties.Tags)) }, scope.call);
    return made(name, scope);
  },
  delete: async (name, _, scope) => {
    await scope.peers.lambda.DeleteFunction({ FunctionName: name }, scope.call);
  },
});
