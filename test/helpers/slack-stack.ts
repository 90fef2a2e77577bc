import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { build } from 'esbuild';
import { projectRoot } from '#cli/home';
import { zipOf } from './archives.ts';
import { poll } from './poll.ts';
import type { TestCloud } from './start-test-cloud.ts';

/** The bucket with the documents of `deploySlackStack`. */
export const SLACK_BUCKET = 'slack-test';

/** What stands behind the bus in this test: writes down what was decided. */
const RECORDER = `
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
const s3 = new S3Client();
export const handler = ({ id, detail }) =>
  s3.send(new PutObjectCommand({ Bucket: process.env.KILN_BUCKET, Key: \`decided/\${id}\`, Body: JSON.stringify(detail) }));
`;

const LAMBDA_ROLE = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
const objects = (prefix: string) => `arn:aws:s3:::${SLACK_BUCKET}/${prefix}`;
const PARAMETERS = {
  Action: ['ssm:GetParameters'],
  Resource: { 'Fn::Sub': 'arn:aws:ssm:${AWS::Region}:${AWS::AccountId}:parameter/kiln/slack/*' },
};

/** The least that each function needs. */
const PERMISSIONS: Readonly<Record<string, readonly object[]>> = {
  'slack-interaction': [
    PARAMETERS,
    { Action: ['events:PutEvents'], Resource: { 'Fn::GetAtt': ['Bus', 'Arn'] } },
  ],
  'notify-slack': [
    PARAMETERS,
    { Action: ['s3:GetObject', 's3:PutObject'], Resource: objects('kiln/slack/*') },
    {
      Action: ['s3:GetObject'],
      Resource: ['kiln/releases/*', 'kiln/approvals/*', 'kiln/environments/*', 'kiln/environments.json'].map(
        objects,
      ),
    },
    { Action: ['s3:ListBucket'], Resource: `arn:aws:s3:::${SLACK_BUCKET}` },
  ],
  recorder: [{ Action: ['s3:PutObject'], Resource: objects('decided/*') }],
};

const nameOf = (entry: string): string => entry.replaceAll('-', '');

const functionResources = (entry: string): Record<string, object> => {
  const name = nameOf(entry);
  const Statement = PERMISSIONS[entry]?.map((permission) => ({ Effect: 'Allow', ...permission }));
  return {
    [`${name}Role`]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: LAMBDA_ROLE,
        Policies: [{ PolicyName: 'step', PolicyDocument: { Version: '2012-10-17', Statement } }],
      },
    },
    [name]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Timeout: 60,
        Role: { 'Fn::GetAtt': [`${name}Role`, 'Arn'] },
        Code: { S3Bucket: SLACK_BUCKET, S3Key: `code/${entry}.zip` },
        Environment: {
          Variables: { KILN_STACK: 'kiln', KILN_BUCKET: SLACK_BUCKET, KILN_EVENT_BUS: { Ref: 'Bus' } },
        },
      },
    },
  };
};

const ruleResources = (entry: string, pattern: object): Record<string, object> => {
  const name = nameOf(entry);
  return {
    [`${name}Rule`]: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: { Ref: 'Bus' },
        EventPattern: pattern,
        Targets: [{ Id: 'f', Arn: { 'Fn::GetAtt': [name, 'Arn'] } }],
      },
    },
    [`${name}Permission`]: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: { Ref: name },
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': [`${name}Rule`, 'Arn'] },
      },
    },
  };
};

const TEMPLATE = {
  Resources: {
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'kiln' } },
    ...functionResources('slack-interaction'),
    ...functionResources('notify-slack'),
    ...functionResources('recorder'),
    ...ruleResources('notify-slack', { source: ['kiln'] }),
    ...ruleResources('recorder', { source: ['kiln'], 'detail-type': ['approval.decided'] }),
    Url: {
      Type: 'AWS::Lambda::Url',
      Properties: { AuthType: 'NONE', TargetFunctionArn: { 'Fn::GetAtt': ['slackinteraction', 'Arn'] } },
    },
    UrlPermission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: { Ref: 'slackinteraction' },
        Action: 'lambda:InvokeFunctionUrl',
        Principal: '*',
        FunctionUrlAuthType: 'NONE',
      },
    },
  },
  Outputs: { Url: { Value: { 'Fn::GetAtt': ['Url', 'FunctionUrl'] } } },
};

const bundle = async (entry: string): Promise<string> => {
  const source =
    entry === 'recorder'
      ? { stdin: { contents: RECORDER, resolveDir: projectRoot } }
      : { entryPoints: [`${projectRoot}/functions/${entry}.ts`] };
  const { outputFiles } = await build({
    ...source,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return outputFiles[0]?.text ?? '';
};

const upload = async (cloud: TestCloud): Promise<void> => {
  const s3 = new S3Client(cloud.clientConfig);
  await s3.send(new CreateBucketCommand({ Bucket: SLACK_BUCKET }));
  for (const entry of Object.keys(PERMISSIONS)) {
    const Body = zipOf({ 'index.mjs': await bundle(entry) });
    await s3.send(new PutObjectCommand({ Bucket: SLACK_BUCKET, Key: `code/${entry}.zip`, Body }));
  }
};

/**
 * Deploys the two functions of Slack as they are packaged, with the least that they may do, and one that keeps what was
 * decided under `decided/`. Gives the URL for interactions.
 */
export const deploySlackStack = async (cloud: TestCloud): Promise<string> => {
  await upload(cloud);
  const formation = new CloudFormationClient(cloud.clientConfig);
  await formation.send(
    new CreateStackCommand({
      StackName: 'kiln',
      TemplateBody: JSON.stringify(TEMPLATE),
      Capabilities: ['CAPABILITY_IAM'],
    }),
  );
  const stack = await poll(
    async () => {
      const { Stacks = [] } = await formation.send(new DescribeStacksCommand({ StackName: 'kiln' }));
      return Stacks.find(({ StackStatus }) => StackStatus !== 'CREATE_IN_PROGRESS');
    },
    30_000,
    () => 'the stack is still being created',
  );
  if (stack.StackStatus !== 'CREATE_COMPLETE') throw new Error(`stack: ${stack.StackStatusReason ?? ''}`);
  return stack.Outputs?.[0]?.OutputValue ?? '';
};
