import * as Sts from '@aws-sdk/client-sts';
import type { CloudContext } from '#localcloud/cloud-context';
import { defineService, type Service, type ServiceFactory } from '#localcloud/service';
import { createLambda } from '#localcloud/services/lambda/index';
import { createLogs } from '#localcloud/services/logs/index';
import type { LocalCloudOptions } from '#localcloud/cloud';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import { zipOf } from './zip-of.ts';

/** Stands in for STS and IAM: every role gets the same keys and may do everything. */
export const createOpenAccess: ServiceFactory = (): Service =>
  defineService(Sts, { name: 'sts', signingName: 'sts', protocol: 'query' })(
    {},
    {
      backplane: {
        refusal: () => undefined,
        credentials: {
          issueForRole: (roleArn, sessionName) => ({
            accessKeyId: 'ASIATEST',
            secretAccessKey: 'secret',
            sessionToken: 'token',
            caller: { kind: 'role', arn: `${roleArn}/${sessionName}`, accountId: '000000000000' },
          }),
          find: () => undefined,
        },
      },
    },
  );

/** A local cloud with Lambda and logs only. */
export const startLambdaCloud = (options: Partial<LocalCloudOptions> = {}): Promise<TestCloud> =>
  startTestCloud({ services: [createOpenAccess, createLogs, createLambda], ...options });

/** Creates function `f` with handler `index.handler` from the source of `index.mjs`. */
export const createFunction = async (
  context: CloudContext,
  source: string,
  settings: {
    readonly Timeout?: number;
    readonly MemorySize?: number;
    readonly Environment?: { Variables: Record<string, string> };
  } = {},
): Promise<void> => {
  await context.peers.lambda.CreateFunction(
    {
      FunctionName: 'f',
      Runtime: 'nodejs24.x',
      Role: 'arn:aws:iam::000000000000:role/r',
      Handler: 'index.handler',
      Code: { ZipFile: zipOf({ 'index.mjs': source }) },
      ...settings,
    },
    context.asService('test'),
  );
};

/** What an invocation answered. */
export interface Answer {
  readonly error: string | undefined;
  readonly payload: unknown;
  readonly tail: string;
}

/** Invokes function `f` and waits. */
export const invokeFunction = async (context: CloudContext, payload: unknown = {}): Promise<Answer> => {
  const output = await context.peers.lambda.Invoke(
    { FunctionName: 'f', LogType: 'Tail', Payload: Buffer.from(JSON.stringify(payload)) },
    context.asService('test'),
  );
  return {
    error: output.FunctionError,
    payload: JSON.parse(Buffer.from(output.Payload ?? []).toString('utf8')),
    tail: Buffer.from(output.LogResult ?? '', 'base64').toString('utf8'),
  };
};
