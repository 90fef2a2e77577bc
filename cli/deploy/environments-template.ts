import { capitalised } from '#pipeline/environments/capitalised';
import type { Environment, OffHours } from '#pipeline/environments/environment';

/** A part of a CloudFormation template. */
export type TemplatePart = Readonly<Record<string, unknown>>;

/** What the environments bring into the template. */
export interface EnvironmentsTemplate {
  /** An entry of `resources:` in `serverless.yml`. */
  readonly template: {
    readonly Parameters: TemplatePart;
    readonly Resources: TemplatePart;
    readonly Outputs: TemplatePart;
  };
  /** Who may reach the load balancer: everybody, on the environments' ports. */
  readonly ingress: readonly TemplatePart[];
  /** References to all listeners, for the roles. */
  readonly listeners: readonly TemplatePart[];
}

/** Name of the parameter that says on which port an environment answers. */
export const portParameter = (environment: string): string => `${capitalised(environment)}ListenerPort`;
/** Name of the output with the ARN of an environment's listener. */
export const listenerOutput = (environment: string): string => `${capitalised(environment)}ListenerArn`;
/** Name of the output that says where an environment answers. */
export const urlOutput = (environment: string): string => `${capitalised(environment)}Url`;

const listenerOf = (environment: string): string => `${capitalised(environment)}Listener`;

const SCHEDULE_ROLE = 'SwitchScheduleRole';
const SWITCH = { 'Fn::GetAtt': ['SwitchEnvironmentLambdaFunction', 'Arn'] };
/** A switch that comes an hour late could undo the one after it. */
const LATEST_SECONDS = 3600;

const listener = ({ name }: Environment): TemplatePart => ({
  Type: 'AWS::ElasticLoadBalancingV2::Listener',
  Properties: {
    LoadBalancerArn: { Ref: 'LoadBalancer' },
    Port: { Ref: portParameter(name) },
    Protocol: 'HTTP',
    DefaultActions: [
      {
        Type: 'fixed-response',
        FixedResponseConfig: {
          StatusCode: '404',
          ContentType: 'text/plain',
          MessageBody: `No application is released in ${name}.`,
        },
      },
    ],
  },
});

const schedule = (name: string, to: 'off' | 'on', { timeZone, ...times }: OffHours): TemplatePart => ({
  Type: 'AWS::Scheduler::Schedule',
  Properties: {
    Name: { 'Fn::Sub': `\${AWS::StackName}-${name}-${to}` },
    Description: `Switches ${name} ${to}`,
    ScheduleExpression: `cron(${times[to]})`,
    ScheduleExpressionTimezone: timeZone,
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: SWITCH,
      RoleArn: { 'Fn::GetAtt': [SCHEDULE_ROLE, 'Arn'] },
      Input: JSON.stringify({ environment: name, to, by: 'schedule' }),
      RetryPolicy: { MaximumEventAgeInSeconds: LATEST_SECONDS, MaximumRetryAttempts: 185 },
    },
  },
});

const scheduleRole: TemplatePart = {
  Type: 'AWS::IAM::Role',
  Properties: {
    Description: 'Lets schedules switch environments, nothing else.',
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    },
    Policies: [
      {
        PolicyName: 'switch',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: SWITCH }],
        },
      },
    ],
  },
};

const schedules = (environments: readonly Environment[]): TemplatePart => {
  const entries = environments.flatMap(({ name, offHours }) =>
    offHours === undefined
      ? []
      : (['off', 'on'] as const).map((to) => [
          `${capitalised(name)}${capitalised(to)}Schedule`,
          schedule(name, to, offHours),
        ]),
  );
  return entries.length === 0 ? {} : { [SCHEDULE_ROLE]: scheduleRole, ...Object.fromEntries(entries) };
};

const each = (
  environments: readonly Environment[],
  entry: (environment: Environment) => readonly [string, TemplatePart],
): TemplatePart => Object.fromEntries(environments.map(entry));

/** Listeners, their ports and addresses, and the schedules of off-hours: what follows from the environments file. */
export const environmentsTemplate = (environments: readonly Environment[]): EnvironmentsTemplate => ({
  template: {
    Parameters: each(environments, ({ name, port }) => [
      portParameter(name),
      { Type: 'Number', Default: port, Description: `Port on which ${name} answers.` },
    ]),
    Resources: {
      ...each(environments, (environment) => [listenerOf(environment.name), listener(environment)]),
      ...schedules(environments),
    },
    Outputs: {
      ...each(environments, ({ name }) => [
        urlOutput(name),
        {
          Description: `Where ${name} answers.`,
          Value: { 'Fn::Sub': `http://\${LoadBalancer.DNSName}:\${${portParameter(name)}}` },
        },
      ]),
      ...each(environments, ({ name }) => [
        listenerOutput(name),
        { Description: `Listener of ${name}.`, Value: { Ref: listenerOf(name) } },
      ]),
    },
  },
  ingress: environments.map(({ name }) => ({
    IpProtocol: 'tcp',
    FromPort: { Ref: portParameter(name) },
    ToPort: { Ref: portParameter(name) },
    CidrIp: '0.0.0.0/0',
  })),
  listeners: environments.map(({ name }) => ({ Ref: listenerOf(name) })),
});
