import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { writeZip } from '#bakery/artifact/zip/write-zip';
import type { Connection } from '#cli/connection';

const NAME = 'bench-empty';
const TRUST = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: ['lambda.amazonaws.com', 'states.amazonaws.com'] },
      Action: 'sts:AssumeRole',
    },
  ],
};
const INVOKE = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' }],
};

/** Creates a state machine of one state, whose function does nothing: the least that any rollback can take. */
export const createEmptyMachine = async ({ config, lambda, states }: Connection): Promise<string> => {
  const iam = new IAMClient(config);
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: NAME, AssumeRolePolicyDocument: JSON.stringify(TRUST) }),
  );
  const role = Role?.Arn ?? '';
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: NAME,
      PolicyName: 'invoke',
      PolicyDocument: JSON.stringify(INVOKE),
    }),
  );
  iam.destroy();
  const source = 'export const handler = async () => ({});\n';
  const ZipFile = writeZip([{ name: 'index.mjs', content: Buffer.from(source), mode: 0o100_644 }]);
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: NAME,
      Role: role,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { ZipFile },
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30, minDelay: 1 }, { FunctionName: NAME });
  const definition = {
    QueryLanguage: 'JSONata',
    StartAt: 'Nothing',
    States: {
      Nothing: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: { FunctionName: NAME, Payload: {} },
        End: true,
      },
    },
  };
  const { stateMachineArn = '' } = await states.send(
    new CreateStateMachineCommand({ name: NAME, roleArn: role, definition: JSON.stringify(definition) }),
  );
  return stateMachineArn;
};
