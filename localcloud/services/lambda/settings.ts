import type {
  CreateFunctionCommandInput,
  UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';
import { invalidParameter, validationFailed } from './errors.ts';
import type { FunctionSettings } from './model.ts';

type SettingsInput = CreateFunctionCommandInput | UpdateFunctionConfigurationCommandInput;

// What needs parts of AWS that are not here: refused, so that nobody relies on it.
const unsupported = [
  'VpcConfig',
  'Layers',
  'FileSystemConfigs',
  'ImageConfig',
  'KMSKeyArn',
  'DurableConfig',
  'CapacityProviderConfig',
] as const;

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && value !== null && Object.values(value).every(isEmpty));

const inRange = (name: string, value: number, least: number, most: number): number => {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw validationFailed(
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must have value between ${least} and ${most}`,
  );
};

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
const reservedVariables =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/;

const checkVariables = (variables: Readonly<Record<string, string>>): Record<string, string> => {
  const reserved = Object.keys(variables).filter((name) => reservedVariables.test(name));
  if (reserved.length > 0) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  const malformed = Object.keys(variables).filter((name) => !/^[a-zA-Z]\w+$/.test(name));
  if (malformed.length > 0) {
    throw validationFailed(
      `environment variable names must match [a-zA-Z]([a-zA-Z0-9_])+, got ${malformed.join(', ')}`,
    );
  }
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (bytes > 4096) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${JSON.stringify(variables)}`,
    );
  }
  return { ...variables };
};

const checkRuntime = (runtime: string | undefined): FunctionSettings['runtime'] => {
  if (runtime === 'nodejs20.x' || runtime === 'nodejs22.x' || runtime === 'nodejs24.x') return runtime;
  throw invalidParameter(`the local cloud runs nodejs20.x, nodejs22.x and nodejs24.x, got '${runtime}'`);
};

// An empty ARN takes the queue away.
const checkDeadLetterQueue = (arn: string): string | undefined => {
  if (arn === '') return undefined;
  if (/^arn:aws:sqs:[a-z0-9-]+:\d{12}:[\w-]+$/.test(arn)) return arn;
  throw invalidParameter(`the local cloud sends dead letters to queues of SQS only, got '${arn}'`);
};

/** The settings of a function after `input` changed `current`; the defaults are AWS's. */
export const changeSettings = (
  current: FunctionSettings | undefined,
  input: SettingsInput,
): FunctionSettings => {
  const refused = unsupported.filter((name) => name in input && !isEmpty(input[name]));
  if (refused.length > 0) throw invalidParameter(`the local cloud does not support ${refused.join(', ')}`);
  const role = input.Role ?? current?.role ?? '';
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(role)) {
    throw validationFailed(
      `1 validation error detected: Value '${role}' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+`,
    );
  }
  const handler = input.Handler ?? current?.handler;
  if (handler === undefined)
    throw invalidParameter(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    );
  const deadLetterArn =
    input.DeadLetterConfig === undefined
      ? current?.deadLetterArn
      : checkDeadLetterQueue(input.DeadLetterConfig.TargetArn ?? '');
  const architectures = 'Architectures' in input ? input.Architectures : undefined;
  return {
    role,
    handler,
    runtime: checkRuntime(input.Runtime ?? current?.runtime),
    description: input.Description ?? current?.description ?? '',
    timeoutSeconds: inRange('timeout', input.Timeout ?? current?.timeoutSeconds ?? 3, 1, 900),
    memoryMB: inRange('memorySize', input.MemorySize ?? current?.memoryMB ?? 128, 128, 10_240),
    environment:
      input.Environment === undefined
        ? (current?.environment ?? {})
        : checkVariables(input.Environment.Variables ?? {}),
    ephemeralStorageMB: inRange(
      'ephemeralStorage.size',
      input.EphemeralStorage?.Size ?? current?.ephemeralStorageMB ?? 512,
      512,
      10_240,
    ),
    architectures: architectures ?? current?.architectures ?? ['x86_64'],
    logging: input.LoggingConfig ?? current?.logging ?? {},
    tracingMode: input.TracingConfig?.Mode ?? current?.tracingMode ?? 'PassThrough',
    ...(deadLetterArn === undefined ? {} : { deadLetterArn }),
  };
};
