import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

type Properties = Readonly<Record<string, unknown>>;

// CloudFormation's `!Ref Name`, `!GetAtt Name.Arn` and `!Sub '…'` are read as their text.
const read = (file: string): unknown =>
  parse(readFileSync(file, 'utf8'), { logLevel: 'silent', maxAliasCount: -1 });

interface Resource {
  readonly Type: string;
  readonly Properties: Properties;
}

const resources = (file: string): Readonly<Record<string, Resource>> =>
  (read(`infrastructure/${file}.yml`) as { Resources: Record<string, Resource> }).Resources;

interface Service {
  readonly resources: readonly string[];
  readonly custom: { readonly retryForADay: object };
  readonly provider: { readonly logRetentionInDays: number; readonly timeout: number };
  readonly functions: Record<
    string,
    {
      readonly timeout?: number;
      readonly events?: readonly {
        readonly eventBridge?: { readonly retryPolicy?: unknown; readonly pattern: object };
      }[];
    }
  >;
}

const service = read('serverless.yml') as Service;

describe('the bucket', () => {
  const { Bucket, BucketPolicy } = resources('storage');

  test('is not public in any way', () => {
    expect(Bucket?.Properties['PublicAccessBlockConfiguration']).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(Bucket?.Properties['OwnershipControls']).toEqual({
      Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }],
    });
  });

  test('keeps versions and sends events', () => {
    expect(Bucket?.Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
  });

  test('outlives the stack', () => {
    expect(Bucket).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('refuses whoever comes without TLS, for itself and for its objects', () => {
    expect(BucketPolicy?.Properties['PolicyDocument']).toMatchObject({
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: ['Bucket.Arn', '${Bucket.Arn}/*'],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
  });
});

describe('the network', () => {
  test('machines are reached from the load balancer only', () => {
    const { MachineSecurityGroup } = resources('load-balancer');
    expect(MachineSecurityGroup?.Properties['SecurityGroupIngress']).toEqual([
      {
        IpProtocol: 'tcp',
        FromPort: 1024,
        ToPort: 65_535,
        SourceSecurityGroupId: 'LoadBalancerSecurityGroup.GroupId',
      },
    ]);
  });
});

describe('the environments', () => {
  test('their listeners, and nothing else, decide who reaches the load balancer', () => {
    const { LoadBalancerSecurityGroup } = resources('load-balancer');
    expect(LoadBalancerSecurityGroup?.Properties['SecurityGroupIngress']).toBe(
      '${file(infrastructure/environments.cjs):ingress}',
    );
    expect(service.resources).toContain('${file(infrastructure/environments.cjs):template}');
  });

  test('no function is bound to the listener of one environment', () => {
    expect(readFileSync('serverless.yml', 'utf8')).not.toMatch(/Listener/);
  });
});

describe('the functions', () => {
  test('D14 D15: an event that a function never took ends in the dead-letter queue', () => {
    const targets = Object.values(service.functions).flatMap(({ events = [] }) =>
      events.flatMap(({ eventBridge }) => (eventBridge === undefined ? [] : [eventBridge])),
    );
    expect(targets.length).toBeGreaterThanOrEqual(4);
    for (const target of targets) expect(target).toMatchObject({ deadLetterQueueArn: 'DeadLetterQueue.Arn' });
  });

  test('logs do not stay for ever', () => {
    expect(service.provider.logRetentionInDays).toBeLessThanOrEqual(90);
  });

  test('D14: an event that cannot be delivered is tried again for a day', () => {
    expect(service.custom.retryForADay).toEqual({ maximumEventAge: 86_400, maximumRetryAttempts: 185 });
    const lossless = Object.entries(service.functions).filter(([, { events = [] }]) =>
      events.some(({ eventBridge }) => eventBridge?.retryPolicy === '${self:custom.retryForADay}'),
    );
    expect(lossless.map(([name]) => name)).toEqual([
      'startRelease',
      'storeApproval',
      'decideApproval',
      'recordEndedMachine',
    ]);
  });

  test('D08: the rule takes events of S3 about this bucket only', () => {
    expect(service.functions['startRelease']?.events?.[0]?.eventBridge?.pattern).toMatchObject({
      source: ['aws.s3'],
      detail: { bucket: { name: ['Bucket'] } },
    });
  });
});

/** As `expiryMinutes` in the environments file may be. */
const LONGEST_APPROVAL_SECONDS = 604_800;

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: number | string;
  readonly Arguments?: { readonly FunctionName?: string };
  readonly ItemProcessor?: Machine;
}

interface Machine {
  readonly TimeoutSeconds?: number;
  readonly States: Record<string, State>;
}

const allStates = (machine: Machine): [string, State][] =>
  Object.entries(machine.States).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.ItemProcessor === undefined ? [] : allStates(state.ItemProcessor)),
  ]);

describe.each(readdirSync('statemachines'))('%s', (file) => {
  const machine = read(`statemachines/${file}`) as Machine;

  test('I15: ends at some time, and each of its tasks before it', () => {
    const limit = machine.TimeoutSeconds ?? 0;
    expect(limit).toBeGreaterThan(0);
    for (const [name, state] of allStates(machine)) {
      if (state.Type !== 'Task') continue;
      const seconds =
        state.TimeoutSeconds === '{% $plan.approval.expirySeconds %}'
          ? LONGEST_APPROVAL_SECONDS
          : state.TimeoutSeconds;
      expect([name, seconds]).toEqual([name, expect.any(Number)]);
      expect(seconds).toBeLessThanOrEqual(limit);
    }
  });

  test('B02: gives no function up while it may still run', () => {
    for (const [name, { Arguments, TimeoutSeconds = 0 }] of allStates(machine)) {
      const placeholder = /^\$\{(\w)(\w*)Arn\}$/.exec(Arguments?.FunctionName ?? '');
      if (placeholder === null) continue;
      const [, first = '', rest = ''] = placeholder;
      const seconds = service.functions[`${first.toLowerCase()}${rest}`]?.timeout ?? service.provider.timeout;
      expect([name, Number(TimeoutSeconds) >= seconds + 30]).toEqual([name, true]);
    }
  });
});
