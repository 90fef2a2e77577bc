import type { CreateTargetGroupCommandInput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { parseMatcher } from '../../load-balancer/health-probe.ts';
import { invalidConfiguration, validationError } from './errors.ts';
import type { HealthCheckRecord } from './records.ts';

/** The health check members of CreateTargetGroup and ModifyTargetGroup. */
export type HealthCheckInput = Pick<
  CreateTargetGroupCommandInput,
  | 'HealthCheckEnabled'
  | 'HealthCheckIntervalSeconds'
  | 'HealthCheckPath'
  | 'HealthCheckPort'
  | 'HealthCheckProtocol'
  | 'HealthCheckTimeoutSeconds'
  | 'HealthyThresholdCount'
  | 'UnhealthyThresholdCount'
  | 'Matcher'
>;

// API reference, CreateTargetGroup: the defaults for HTTP.
const DEFAULTS: HealthCheckRecord = {
  path: '/',
  port: 'traffic-port',
  intervalSeconds: 30,
  timeoutSeconds: 6,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: '200',
};

const within = (name: string, value: number, least: number, most: number): number => {
  if (!Number.isInteger(value) || value < least || value > most)
    throw validationError(`${name} '${value}' must be between '${least}' and '${most}' inclusive`);
  return value;
};

const checkPort = (port: string): string => {
  if (port !== 'traffic-port') within('Health check port', Number(port), 1, 65_535);
  return port;
};

const checkPath = (path: string): string => {
  if (!/^\/[!-~]*$/.test(path) || path.length > 1_024)
    throw validationError(
      `Health check path '${path}' must begin with a '/' character and have at most 1024 characters`,
    );
  return path;
};

const checkMatcher = (codes: string): string => {
  if (parseMatcher(codes) === undefined)
    throw validationError(`Health check matcher HTTP code '${codes}' must be within '200-499' inclusive`);
  return codes;
};

/** The settings after applying an input to those before, checked against AWS's ranges. */
export const healthCheckSettings = (
  input: HealthCheckInput,
  before: HealthCheckRecord = DEFAULTS,
): HealthCheckRecord => {
  if ((input.HealthCheckProtocol ?? 'HTTP') !== 'HTTP')
    throw invalidConfiguration(
      `health check protocol '${input.HealthCheckProtocol}' is not supported by the local cloud: needed 'HTTP'`,
    );
  if (input.HealthCheckEnabled === false)
    throw validationError(
      'Health check enabled must be true for target groups with target type instance or ip',
    );
  const settings: HealthCheckRecord = {
    path: checkPath(input.HealthCheckPath ?? before.path),
    port: checkPort(input.HealthCheckPort ?? before.port),
    intervalSeconds: within(
      'Health check interval',
      input.HealthCheckIntervalSeconds ?? before.intervalSeconds,
      5,
      300,
    ),
    timeoutSeconds: within(
      'Health check timeout',
      input.HealthCheckTimeoutSeconds ?? before.timeoutSeconds,
      2,
      120,
    ),
    healthyThreshold: within(
      'Healthy threshold count',
      input.HealthyThresholdCount ?? before.healthyThreshold,
      2,
      10,
    ),
    unhealthyThreshold: within(
      'Unhealthy threshold count',
      input.UnhealthyThresholdCount ?? before.unhealthyThreshold,
      2,
      10,
    ),
    matcher: checkMatcher(input.Matcher?.HttpCode ?? before.matcher),
  };
  if (settings.timeoutSeconds >= settings.intervalSeconds)
    throw validationError('Health check interval must be greater than the timeout.');
  return settings;
};
