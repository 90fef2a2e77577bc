import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  UpdateStackCommand,
  ValidateTemplateCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { EC2Client, DescribeSubnetsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '#test/helpers/free-port';
import { poll } from '#test/helpers/poll';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';

let running: TestCloud;
let client: CloudFormationClient;

beforeAll(async () => {
  running = await startTestCloud();
  client = new CloudFormationClient(running.clientConfig);
});

afterAll(() => running.stop());

const describeStack = async (StackName: string): Promise<Stack | undefined> =>
  (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];

const settled = (name: string): Promise<Stack> =>
  poll(
    async () => {
      const stack = await describeStack(name);
      return stack?.StackStatus?.endsWith('_IN_PROGRESS') === true ? undefined : stack;
    },
    20_000,
    () => `stack ${name} still moves`,
  );

const outputsOf = ({ Outputs }: Stack): Record<string, string> =>
  Object.fromEntries((Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));

const everyType = `
Parameters:
  Vpc: { Type: AWS::EC2::VPC::Id }
  Subnets: { Type: List<AWS::EC2::Subnet::Id> }
  Port: { Type: Number }
  Greeting: { Type: AWS::SSM::Parameter::Value<String>, Default: /greeting }
  Secret: { Type: String, NoEcho: true, Default: hidden }
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: { Status: Enabled }
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } }
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true }
      LifecycleConfiguration: { Rules: [{ Status: Enabled, NoncurrentVersionExpiration: { NoncurrentDays: 7 } }] }
  BucketPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Version: '2012-10-17'
        Statement: { Effect: Deny, Principal: '*', Action: 's3:*', Resource: !Sub '\${Bucket.Arn}/*', Condition: { Bool: { aws:SecureTransport: false } } }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: { Effect: Allow, Principal: { Service: [lambda.amazonaws.com, states.amazonaws.com, ec2.amazonaws.com] }, Action: sts:AssumeRole }
  Policy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: read
      Roles: [!Ref Role]
      PolicyDocument: { Version: '2012-10-17', Statement: { Effect: Allow, Action: s3:GetObject, Resource: !Sub '\${Bucket.Arn}/*' } }
  Profile: { Type: AWS::IAM::InstanceProfile, Properties: { Roles: [!Ref Role] } }
  LogGroup: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: 7 } }
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: { ZipFile: 'exports.handler = async () => process.env.GREETING;' }
      LoggingConfig: { LogGroup: !Ref LogGroup }
      Environment: { Variables: { GREETING: !Ref Greeting } }
  Version: { Type: AWS::Lambda::Version, DeletionPolicy: Delete, Properties: { FunctionName: !Ref Function } }
  Url: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: !GetAtt Function.Arn, AuthType: NONE } }
  UrlPermission:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Function, Action: lambda:InvokeFunctionUrl, Principal: '*', FunctionUrlAuthType: NONE }
  Retries: { Type: AWS::Lambda::EventInvokeConfig, Properties: { FunctionName: !Ref Function, Qualifier: $LATEST, MaximumRetryAttempts: 1 } }
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: !Sub '\${AWS::StackName}-bus' } }
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: { source: [kiln] }
      Targets: [{ Id: f, Arn: !GetAtt Function.Arn }]
  RulePermission:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !GetAtt Function.Arn, Action: lambda:InvokeFunction, Principal: events.amazonaws.com, SourceArn: !GetAtt Rule.Arn }
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn
      LoggingConfiguration: { Level: ALL }
      DefinitionSubstitutions: { FunctionArn: !GetAtt Function.Arn }
      Definition:
        QueryLanguage: JSONata
        StartAt: Call
        States:
          Call: { Type: Task, Resource: arn:aws:states:::lambda:invoke, Arguments: { FunctionName: '\${FunctionArn}' }, End: true }
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: test
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{ IpProtocol: tcp, FromPort: !Ref Port, ToPort: !Ref Port, CidrIp: 0.0.0.0/0 }]
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: { Subnets: !Ref Subnets, SecurityGroups: [!Ref Group] }
  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      Port: 8080
      Protocol: HTTP
      VpcId: !Ref Vpc
      HealthCheckPath: /health
      Matcher: { HttpCode: '200' }
      TargetGroupAttributes: [{ Key: deregistration_delay.timeout_seconds, Value: 5 }]
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: !Ref Port
      Protocol: HTTP
      DefaultActions: [{ Type: fixed-response, FixedResponseConfig: { StatusCode: 404, ContentType: text/plain, MessageBody: nothing } }]
  ListenerRule:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Listener
      Priority: 5
      Conditions: [{ Field: path-pattern, PathPatternConfig: { Values: [/a/*] } }]
      Actions: [{ Type: forward, TargetGroupArn: !Ref Targets }]
  Parameter: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !GetAtt Balancer.DNSName } }
Outputs:
  FunctionName: { Value: !Ref Function }
  Url: { Value: !GetAtt Url.FunctionUrl }
  Parameter: { Value: !Ref Parameter }
  Group: { Value: !GetAtt Group.GroupId, Export: { Name: !Sub '\${AWS::StackName}-group' } }
`;

const machineOf = (type: string, properties: object) =>
  JSON.stringify({ Resources: { X: { Type: type, Properties: properties } } });

const parameter = (value: string, more: object = {}) =>
  JSON.stringify({
    Resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value, ...more } } },
    Outputs: { Name: { Value: { Ref: 'P' } } },
  });

describe('a stack', () => {
  test('of every type is created, works, is updated and goes without a rest', async () => {
    const ec2 = new EC2Client(running.clientConfig);
    const { Vpcs } = await ec2.send(new DescribeVpcsCommand());
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand());
    const ssm = new SSMClient(running.clientConfig);
    await ssm.send(new PutParameterCommand({ Name: '/greeting', Type: 'String', Value: 'hello' }));
    const input = {
      StackName: 'every-type',
      Capabilities: ['CAPABILITY_IAM' as const],
      Parameters: [
        { ParameterKey: 'Vpc', ParameterValue: Vpcs?.[0]?.VpcId },
        { ParameterKey: 'Subnets', ParameterValue: Subnets?.map(({ SubnetId }) => SubnetId).join(',') },
        { ParameterKey: 'Port', ParameterValue: String(await freePort()) },
      ],
    };
    const { StackId } = await client.send(new CreateStackCommand({ ...input, TemplateBody: everyType }));
    const stack = await settled('every-type');
    const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName: StackId }));
    expect(StackEvents?.filter(({ ResourceStatus }) => ResourceStatus?.includes('FAILED'))).toEqual([]);
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    expect(stack.Parameters).toContainEqual({
      ParameterKey: 'Greeting',
      ParameterValue: '/greeting',
      ResolvedValue: 'hello',
    });
    expect(stack.Parameters).toContainEqual({ ParameterKey: 'Secret', ParameterValue: '****' });

    const outputs = outputsOf(stack);
    const lambda = new LambdaClient(running.clientConfig);
    const invoke = async () => {
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: outputs['FunctionName'] }));
      return Payload?.transformToString();
    };
    expect(await invoke()).toBe('"hello"');
    expect(await (await fetch(outputs['Url'] ?? '')).text()).toBe('hello');

    await client.send(
      new UpdateStackCommand({
        ...input,
        TemplateBody: everyType
          .replace('!Ref Greeting }', 'bye }')
          .replace("HttpCode: '200'", 'HttpCode: 200-299')
          .replace('Priority: 5', 'Priority: 6')
          .replace('StatusCode: 404', 'StatusCode: 410')
          .replace('source: [kiln]', 'source: [other]')
          .replace('RetentionInDays: 7', 'RetentionInDays: 14')
          .replace('NoncurrentDays: 7', 'NoncurrentDays: 9')
          .replace('FromPort: !Ref Port', 'FromPort: 1')
          .replace('MaximumRetryAttempts: 1', 'MaximumRetryAttempts: 0'),
      }),
    );
    expect(await settled('every-type')).toMatchObject({ StackStatus: 'UPDATE_COMPLETE' });
    expect(await invoke()).toBe('"bye"');

    await client.send(new DeleteStackCommand({ StackName: 'every-type' }));
    expect(await settled(StackId ?? '')).toMatchObject({ StackStatus: 'DELETE_COMPLETE' });
    await expect(describeStack('every-type')).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Stack with id every-type does not exist',
    });
  }, 60_000);

  test('takes a template that is too long for the request from S3', async () => {
    const s3 = new S3Client({ ...running.clientConfig, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'templates' }));
    const Body = `${parameter('from s3')}${' '.repeat(60_000)}`;
    await s3.send(new PutObjectCommand({ Bucket: 'templates', Key: 'a/t.json', Body }));
    const StackName = 'from-s3';
    await expect(
      client.send(new CreateStackCommand({ StackName, TemplateBody: Body })),
    ).rejects.toMatchObject({ name: 'ValidationError' });
    await client.send(
      new CreateStackCommand({ StackName, TemplateURL: 'https://s3.amazonaws.com/templates/a/t.json' }),
    );
    const stack = await settled(StackName);
    const Name = outputsOf(stack)['Name'] ?? '';
    expect(Name).toMatch(/^from-s3-P-[0-9A-Z]{12}$/);
    const ssm = new SSMClient(running.clientConfig);
    expect(await ssm.send(new GetParameterCommand({ Name }))).toMatchObject({
      Parameter: { Value: 'from s3' },
    });
    expect((await client.send(new GetTemplateCommand({ StackName }))).TemplateBody).toBe(Body);
    const { StackResources } = await client.send(new DescribeStackResourcesCommand({ StackName }));
    expect(StackResources).toMatchObject([
      { LogicalResourceId: 'P', PhysicalResourceId: Name, ResourceStatus: 'CREATE_COMPLETE' },
    ]);
  });

  test('goes back when an update fails, and says why', async () => {
    const StackName = 'goes-back';
    await client.send(new CreateStackCommand({ StackName, TemplateBody: parameter('one') }));
    await settled(StackName);
    await client.send(
      new UpdateStackCommand({ StackName, TemplateBody: parameter('two', { AllowedPattern: '^[0-9]+$' }) }),
    );
    expect(await settled(StackName)).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
    const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName }));
    expect(StackEvents?.find(({ ResourceStatus }) => ResourceStatus === 'UPDATE_FAILED')).toMatchObject({
      LogicalResourceId: 'P',
      ResourceStatusReason: expect.stringContaining('ParameterPatternMismatchException'),
    });
  });

  test.each([
    [
      'an unknown type',
      machineOf('AWS::EC2::Instance', {}),
      'Unrecognized resource types: [AWS::EC2::Instance]',
    ],
    [
      'an unknown property',
      machineOf('AWS::S3::Bucket', { WebsiteConfiguration: {} }),
      'resource X (AWS::S3::Bucket): unsupported property WebsiteConfiguration',
    ],
    [
      'a type of IAM and no capability',
      machineOf('AWS::IAM::Role', { AssumeRolePolicyDocument: {} }),
      'Requires capabilities : [CAPABILITY_IAM]',
    ],
  ])('is refused with %s', async (_, TemplateBody, message) => {
    const create = client.send(new CreateStackCommand({ StackName: 'refused', TemplateBody }));
    await expect(create).rejects.toMatchObject({ message: expect.stringContaining(message) });
    await expect(describeStack('refused')).rejects.toMatchObject({ name: 'ValidationError' });
  });

  test('can be made and changed by change sets', async () => {
    const StackName = 'by-change-set';
    const propose = (ChangeSetName: string, type: 'CREATE' | 'UPDATE', TemplateBody: string) =>
      client.send(
        new CreateChangeSetCommand({ StackName, ChangeSetName, ChangeSetType: type, TemplateBody }),
      );
    await propose('first', 'CREATE', parameter('one'));
    expect(await describeStack(StackName)).toMatchObject({ StackStatus: 'REVIEW_IN_PROGRESS' });
    await client.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName: 'first' }));
    expect(await settled(StackName)).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
    await propose('second', 'UPDATE', parameter('two'));
    expect(
      await client.send(new DescribeChangeSetCommand({ StackName, ChangeSetName: 'second' })),
    ).toMatchObject({
      Status: 'CREATE_COMPLETE',
      Changes: [{ ResourceChange: { Action: 'Modify', LogicalResourceId: 'P', Replacement: 'False' } }],
    });
    await propose('nothing', 'UPDATE', parameter('one'));
    expect(
      await client.send(new DescribeChangeSetCommand({ StackName, ChangeSetName: 'nothing' })),
    ).toMatchObject({
      Status: 'FAILED',
      StatusReason: expect.stringContaining("didn't contain changes"),
    });
  });
});

test('a template is validated', async () => {
  expect(await client.send(new ValidateTemplateCommand({ TemplateBody: everyType }))).toMatchObject({
    Capabilities: ['CAPABILITY_IAM'],
    Parameters: expect.arrayContaining([
      expect.objectContaining({ ParameterKey: 'Secret', NoEcho: true, DefaultValue: 'hidden' }),
    ]),
  });
  await expect(
    client.send(new ValidateTemplateCommand({ TemplateBody: 'Resources: {}' })),
  ).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Template format error: At least one Resources member must be defined.',
  });
});
