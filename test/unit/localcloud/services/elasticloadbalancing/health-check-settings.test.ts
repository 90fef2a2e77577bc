import { describe, expect, test } from '@jest/globals';
import { healthCheckSettings } from '#localcloud/services/elasticloadbalancing/health-check-settings';
import type { HealthCheckInput } from '#localcloud/services/elasticloadbalancing/health-check-settings';

describe('health check settings', () => {
  test('default to those of AWS for HTTP', () => {
    expect(healthCheckSettings({})).toEqual({
      path: '/',
      port: 'traffic-port',
      intervalSeconds: 30,
      timeoutSeconds: 6,
      healthyThreshold: 5,
      unhealthyThreshold: 2,
      matcher: '200',
    });
  });

  const refused: [HealthCheckInput, string][] = [
    [{ HealthCheckIntervalSeconds: 4 }, "'5' and '300'"],
    [{ HealthCheckTimeoutSeconds: 1 }, "'2' and '120'"],
    [{ HealthCheckIntervalSeconds: 5 }, 'greater than the timeout'],
    [{ HealthyThresholdCount: 1 }, "'2' and '10'"],
    [{ UnhealthyThresholdCount: 11 }, "'2' and '10'"],
    [{ HealthCheckPath: 'health' }, "must begin with a '/'"],
    [{ HealthCheckPort: '0' }, 'Health check port'],
    [{ Matcher: { HttpCode: '500' } }, "'200-499'"],
    [{ HealthCheckProtocol: 'HTTPS' }, "'HTTPS' is not supported"],
  ];
  test.each(refused)('refuse %j', (input, message) => {
    expect(() => healthCheckSettings(input)).toThrow(message);
  });
});
