import type { CreateFunctionCommandInput } from '@aws-sdk/client-lambda';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { randomUUID } from 'node:crypto';
import { zipOf } from '#test/helpers/archives';
import type { TestClientConfig } from '#test/helpers/start-test-cloud';

/** What an invocation answered. */
export interface Answer {
  readonly error: string | undefined;
  readonly payload: unknown;
  readonly tail: string;
}

/** A Lambda client with a role for its functions. */
export interface LambdaUser {
  readonly client: LambdaClient;
  readonly roleArn: string;
  /** Creates a function with handler `index.handler` from the source of `index.mjs`; returns its name. */
  create(source: string, settings?: Partial<CreateFunctionCommandInput>): Promise<string>;
  /** Invokes a function and waits. */
  invoke(name: string, payload?: unknown): Promise<Answer>;
}

/** Creates a client and its role. */
export const lambdaUser = async (config: TestClientConfig): Promise<LambdaUser> => {
  const client = new LambdaClient(config);
  const { Role } = await new IAMClient(config).send(
    new CreateRoleCommand({
      RoleName: 'function',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
      }),
    }),
  );
  const roleArn = Role?.Arn ?? '';
  return {
    client,
    roleArn,
    create: async (source, settings = {}) => {
      const FunctionName = `f-${randomUUID()}`;
      await client.send(
        new CreateFunctionCommand({
          FunctionName,
          Runtime: 'nodejs24.x',
          Role: roleArn,
          Handler: 'index.handler',
          Code: { ZipFile: zipOf({ 'index.mjs': source }) },
          ...settings,
        }),
      );
      return FunctionName;
    },
    invoke: async (FunctionName, payload = {}) => {
      const output = await client.send(
        new InvokeCommand({ FunctionName, LogType: 'Tail', Payload: JSON.stringify(payload) }),
      );
      return {
        error: output.FunctionError,
        payload: JSON.parse(output.Payload?.transformToString() ?? 'null') as unknown,
        tail: Buffer.from(output.LogResult ?? '', 'base64').toString('utf8'),
      };
    },
  };
};
