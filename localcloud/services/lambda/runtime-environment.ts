import type { CloudContext } from '../../cloud-context.ts';
import type { InvocationTarget } from './model.ts';

/** Lifetime of a runtime's credentials: they outlive it, so that nothing refreshes them. */
export const credentialSeconds = 12 * 3600;

/**
 * The environment variables of a runtime, as AWS defines them
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html), and `AWS_ENDPOINT_URL`, which turns the
 * SDK inside to the local cloud. `TMPDIR` and `HOME` keep runtimes apart that share one host.
 */
export const runtimeEnvironment = (
  context: CloudContext,
  target: InvocationTarget,
  folders: { readonly taskRoot: string; readonly temporary: string },
  log: { readonly group: string; readonly stream: string },
): Record<string, string> => {
  const { settings } = target;
  const credentials = context.backplane.credentials.issueForRole(
    settings.role,
    target.name,
    credentialSeconds,
  );
  return {
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    ...settings.environment,
    _HANDLER: settings.handler,
    AWS_REGION: context.region,
    AWS_DEFAULT_REGION: context.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: target.name,
    AWS_LAMBDA_FUNCTION_VERSION: target.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMB),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: log.group,
    AWS_LAMBDA_LOG_STREAM_NAME: log.stream,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_ENDPOINT_URL: context.endpointUrl(),
    LAMBDA_TASK_ROOT: folders.taskRoot,
    TMPDIR: folders.temporary,
    HOME: folders.temporary,
  };
};
