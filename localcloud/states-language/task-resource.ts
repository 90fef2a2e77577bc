/** How a Task waits: for the answer, for the job it started, or for its token. */
type TaskPattern = 'request' | 'sync' | 'sync:2' | 'callback';

/** What a Task's `Resource` names. */
export interface TaskResource {
  /** `function`: a Lambda function's ARN; `service`: an optimised integration; `sdk`: any API action. */
  readonly kind: 'function' | 'service' | 'sdk';
  readonly arn: string;
  /** For example `lambda`, `events`, `s3`; `lambda` for a function's ARN. */
  readonly service: string;
  /** For example `invoke`, `getObject`. */
  readonly action: string;
  readonly pattern: TaskPattern;
  /** As history events name it: `lambda`, `aws-sdk:s3`. */
  readonly resourceType: string;
  /** As history events name it: `invoke.waitForTaskToken`. */
  readonly resource: string;
}

const functionArn = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9-_]+(:[A-Za-z0-9-_$]+)?$/;
const integrationArn =
  /^arn:aws[a-z-]*:states:[a-z0-9-]*:\d*:(aws-sdk:)?([a-z0-9]+):([A-Za-z0-9]+)(\.sync:2|\.sync|\.waitForTaskToken)?$/;

const patterns: Readonly<Record<string, TaskPattern>> = {
  '.sync': 'sync',
  '.sync:2': 'sync:2',
  '.waitForTaskToken': 'callback',
};

/** Reads a Task's `Resource`; undefined when it names nothing that the local cloud can call. */
export const parseTaskResource = (arn: string): TaskResource | undefined => {
  if (functionArn.test(arn)) {
    const action = 'invoke';
    return {
      kind: 'function',
      arn,
      service: 'lambda',
      action,
      pattern: 'request',
      resourceType: 'lambda',
      resource: action,
    };
  }
  const parts = integrationArn.exec(arn);
  if (parts === null) return undefined;
  const [, sdk, service = '', action = '', suffix = ''] = parts;
  return {
    kind: sdk === undefined ? 'service' : 'sdk',
    arn,
    service,
    action,
    pattern: patterns[suffix] ?? 'request',
    resourceType: `${sdk ?? ''}${service}`,
    resource: `${action}${suffix}`,
  };
};
