import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: Readonly<Record<string, string>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

interface Role {
  readonly Properties: {
    readonly AssumeRolePolicyDocument: { readonly Statement: readonly Statement[] };
    readonly ManagedPolicyArns?: readonly string[];
    readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
  };
}

/** Actions that IAM knows without resources only ("Service Authorization Reference": EC2, Auto Scaling, ELB V2). */
const WITHOUT_RESOURCES = new Set([
  'cloudwatch:GetMetricData',
  'ec2:DescribeLaunchTemplateVersions',
  'ec2:DescribeSubnets',
  'states:SendTaskFailure',
  'states:SendTaskSuccess',
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:DescribeScalingActivities',
  'ec2:DescribeImages',
  'ec2:DescribeInstances',
  'ec2:DescribeSnapshots',
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:DescribeTargetGroups',
  'elasticloadbalancing:DescribeTargetHealth',
]);

/** Condition keys that limit a call to what belongs to the stack, or to what the very call creates. */
const LIMITS = new Set([
  'aws:RequestTag/kiln:stack',
  'aws:ResourceTag/kiln:stack',
  'ec2:CreateAction',
  'ec2:VolumeType',
  'ec2:Vpc',
  'elasticloadbalancing:CreateAction',
]);

const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

// CloudFormation's `!Ref Name`, `!GetAtt Name.Arn` and `!Sub '…'` are read as their text.
const read = (path: string): unknown => parse(readFileSync(path, 'utf8'), { logLevel: 'silent' });

const policies = read('infrastructure/policies.yml') as Readonly<Record<string, unknown>>;

/** Puts shared parts in the place of `${self:custom.policies.<name>}`, as osls does. */
const resolved = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(resolved);
  if (typeof node === 'string') {
    const name = /^\$\{self:custom\.policies\.(\w+)\}$/.exec(node)?.[1];
    if (name === undefined) return node;
    if (!(name in policies)) throw new Error(`infrastructure/policies.yml has no '${name}'`);
    return resolved(policies[name]);
  }
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolved(value)]));
};

const Resources = Object.assign(
  {},
  ...readdirSync('infrastructure/roles').map(
    (file) => (resolved(read(`infrastructure/roles/${file}`)) as { Resources: object }).Resources,
  ),
) as Record<string, Role>;

const statements = Object.entries(Resources).flatMap(([role, { Properties }]) =>
  Properties.Policies.flatMap(({ PolicyDocument }) =>
    PolicyDocument.Statement.map((statement): [string, Statement] => [
      `${role}: ${list(statement.Action).join(', ')}`,
      statement,
    ]),
  ),
);

/** A resource of this stack by reference or by its name, one of a fixed name, or a fleet, which is what it launches. */
const isNamed = (resource: string): boolean =>
  !resource.startsWith('arn:') && resource !== '*'
    ? true
    : resource.includes('${AWS::StackName}') || !resource.includes('*') || resource.endsWith(':fleet/*');

const conditionKeys = ({ Condition = {} }: Statement): string[] =>
  Object.values(Condition).flatMap((keys) => Object.keys(keys));

/** Titles of the statements that `isWrong` finds. */
const offenders = (isWrong: (statement: Statement) => boolean): string[] =>
  statements.filter(([, statement]) => isWrong(statement)).map(([title]) => title);

describe('every statement', () => {
  test('names its actions in full', () => {
    const wrong = ({ Action }: Statement): boolean =>
      list(Action).some((action) => !/^[a-z0-9]+:[A-Za-z]+$/.test(action));
    expect(offenders(wrong)).toEqual([]);
    expect(offenders((statement) => 'NotAction' in statement || 'NotResource' in statement)).toEqual([]);
  });

  test('is for all resources only where IAM knows no other way', () => {
    const wrong = ({ Action, Resource }: Statement): boolean =>
      list(Resource).includes('*') && list(Action).some((action) => !WITHOUT_RESOURCES.has(action));
    expect(offenders(({ Resource }) => list(Resource).length === 0)).toEqual([]);
    expect(offenders(wrong)).toEqual([]);
  });

  // Who has a task token may answer it, and only the rollout's own is kept.
  test('I11: changes only what belongs to the stack', () => {
    const wrong = (statement: Statement): boolean =>
      list(statement.Action).some((action) => !/:(Describe|Get|List|SendTask)/.test(action)) &&
      !conditionKeys(statement).some((key) => LIMITS.has(key)) &&
      !list(statement.Resource).every(isNamed);
    expect(statements.length).toBeGreaterThan(50);
    expect(offenders(wrong)).toEqual([]);
  });

  test('passes no role on: machines have none', () => {
    expect(offenders(({ Action }) => list(Action).includes('iam:PassRole'))).toEqual([]);
  });
});

describe('the roles', () => {
  const actionsOf = (role: string): string[] =>
    (Resources[role]?.Properties.Policies ?? []).flatMap(({ PolicyDocument }) =>
      PolicyDocument.Statement.flatMap(({ Action }) => list(Action)),
    );

  test('are assumed by their service alone', () => {
    for (const [name, { Properties }] of Object.entries(Resources)) {
      const service = name.endsWith('StateMachineRole') ? 'states.amazonaws.com' : 'lambda.amazonaws.com';
      expect(Properties.AssumeRolePolicyDocument.Statement).toMatchObject([
        { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' },
      ]);
    }
  });

  test('of the state machines are assumed for the state machines of this stack alone', () => {
    for (const [name, { Properties }] of Object.entries(Resources)) {
      if (!name.endsWith('StateMachineRole')) continue;
      const [statement] = Properties.AssumeRolePolicyDocument.Statement;
      expect(statement === undefined ? [] : conditionKeys(statement).toSorted()).toEqual([
        'aws:SourceAccount',
        'aws:SourceArn',
      ]);
    }
  });

  test('of the functions have nothing of AWS but the permission to log', () => {
    for (const { Properties } of Object.values(Resources)) {
      for (const arn of Properties.ManagedPolicyArns ?? []) {
        expect(arn).toMatch(/service-role\/AWSLambdaBasicExecutionRole$/);
      }
    }
  });

  test('the function that reads foreign archives writes snapshots and cannot read any', () => {
    const actions = actionsOf('BakeImageRole');
    expect(actions.filter((action) => action.startsWith('ebs:'))).toEqual([
      'ebs:StartSnapshot',
      'ebs:PutSnapshotBlock',
      'ebs:CompleteSnapshot',
    ]);
    const written = (Resources['BakeImageRole']?.Properties.Policies ?? [])
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(({ Action }) => list(Action).includes('s3:PutObject'))
      .flatMap(({ Resource }) => list(Resource));
    expect(written).toEqual(['${Bucket.Arn}/kiln/releases/*', '${Bucket.Arn}/kiln/boms/*']);
  });

  test('launches ask for IMDSv2', () => {
    for (const [title, statement] of statements) {
      if (!list(statement.Action).includes('ec2:RunInstances')) continue;
      if (!list(statement.Resource).some((resource) => resource.endsWith(':instance/*'))) continue;
      expect([title, statement.Condition?.['StringEquals']?.['ec2:MetadataHttpTokens']]).toEqual([
        title,
        'required',
      ]);
    }
  });

  test('the list of the bucket has no condition on a prefix: S3 has none when it decides between 403 and 404', () => {
    for (const [title, statement] of statements) {
      if (list(statement.Action).includes('s3:ListBucket'))
        expect([title, statement.Condition]).toEqual([title, undefined]);
    }
  });
});
