import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import type { CloudContext } from '../../cloud-context.ts';
import { functionArn } from './names.ts';
import type { Revision } from './model.ts';

/** A revision as Lambda describes it; `qualifier` is part of the ARN when it was part of the question. */
export const describeFunction = (
  context: CloudContext,
  name: string,
  version: string,
  { settings, code, revisionId, lastModified }: Revision,
  qualifier?: string,
): FunctionConfiguration => ({
  FunctionName: name,
  FunctionArn: functionArn(context, qualifier === undefined ? { name } : { name, qualifier }),
  Runtime: settings.runtime,
  Role: settings.role,
  Handler: settings.handler,
  CodeSize: code.bytes,
  Description: settings.description,
  Timeout: settings.timeoutSeconds,
  MemorySize: settings.memoryMB,
  LastModified: new Date(lastModified).toISOString().replace('Z', '+0000'),
  CodeSha256: Buffer.from(code.sha256, 'hex').toString('base64'),
  Version: version,
  ...(Object.keys(settings.environment).length === 0
    ? {}
    : { Environment: { Variables: { ...settings.environment } } }),
  ...(settings.deadLetterArn === undefined
    ? {}
    : { DeadLetterConfig: { TargetArn: settings.deadLetterArn } }),
  TracingConfig: { Mode: settings.tracingMode },
  RevisionId: revisionId,
  State: 'Active',
  LastUpdateStatus: 'Successful',
  PackageType: 'Zip',
  Architectures: [...settings.architectures],
  EphemeralStorage: { Size: settings.ephemeralStorageMB },
  SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
  LoggingConfig: {
    LogFormat: settings.logging.LogFormat ?? 'Text',
    LogGroup: settings.logging.LogGroup ?? `/aws/lambda/${name}`,
  },
});
