import type { Target } from '@aws-sdk/client-scheduler';
import type { PeerName } from '../../service.ts';
import { sdkServices } from '../../sdk-services.ts';

/** The API call that a run of a schedule makes. */
export interface TargetRequest {
  readonly peer: PeerName;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A target that a schedule may have, by its ARN. */
export interface TargetKind {
  /** The target's input must be JSON. */
  readonly json: boolean;
  /** The call with this input; `executionId` names what it starts, so that a repeated attempt starts nothing twice. */
  request(target: Target, input: string, executionId: string): TargetRequest;
}

const queueName = (arn: string): string => arn.split(':').at(-1) ?? '';

const templated: readonly (readonly [arn: RegExp, kind: TargetKind])[] = [
  [
    /^arn:aws:lambda:[^:]+:\d{12}:function:/,
    {
      json: true,
      request: ({ Arn }, input) => ({
        peer: 'lambda',
        operation: 'Invoke',
        input: { FunctionName: Arn, InvocationType: 'Event', Payload: input },
      }),
    },
  ],
  [
    /^arn:aws:states:[^:]+:\d{12}:stateMachine:/,
    {
      json: true,
      request: ({ Arn }, input, executionId) => ({
        peer: 'states',
        operation: 'StartExecution',
        input: { stateMachineArn: Arn, input, name: executionId },
      }),
    },
  ],
  [
    /^arn:aws:events:[^:]+:\d{12}:event-bus\//,
    {
      json: true,
      request: ({ Arn, EventBridgeParameters: { Source, DetailType } = {} }, input) => ({
        peer: 'events',
        operation: 'PutEvents',
        input: { Entries: [{ EventBusName: Arn, Source, DetailType, Detail: input }] },
      }),
    },
  ],
  [
    /^arn:aws:sqs:[^:]+:\d{12}:[\w-]+$/,
    {
      json: false,
      request: ({ Arn = '' }, input) => ({
        peer: 'sqs',
        operation: 'SendMessage',
        input: { QueueUrl: queueName(Arn), MessageBody: input },
      }),
    },
  ],
];

// Operations that only read are no targets:
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
const reading =
  /^(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet|batchDescribe|batchRead|transactGet|adminGet|adminList|testMigration|retrieve|testConnection|translateDocument|isAuthorized|invokeModel)/;

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const small = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const universal = (arn: string): TargetKind | undefined => {
  const [, id = '', action = ''] = /^arn:aws:scheduler:::aws-sdk:([a-z0-9]+):(\w+)$/.exec(arn) ?? [];
  const service = sdkServices[id];
  if (service === undefined || action === '' || reading.test(action)) return undefined;
  return {
    json: true,
    request: (_, input) => {
      const given = JSON.parse(input) as Readonly<Record<string, unknown>>;
      // Inputs are written in upper camel case whatever the API's own is.
      const members = Object.entries(given).map(([name, value]) => [
        service.lowerCamel ? small(name) : name,
        value,
      ]);
      return {
        peer: service.peer,
        operation: capital(action),
        input: Object.fromEntries(members) as Readonly<Record<string, unknown>>,
      };
    },
  };
};

/** The kind of a target; undefined for those that Scheduler or the local cloud does not have. */
export const targetKind = (arn: string): TargetKind | undefined =>
  templated.find(([pattern]) => pattern.test(arn))?.[1] ?? universal(arn);
