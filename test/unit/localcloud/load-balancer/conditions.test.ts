import { describe, expect, test } from '@jest/globals';
import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { compileConditions } from '#localcloud/load-balancer/conditions';
import type { RoutedRequest } from '#localcloud/load-balancer/routed-request';

const aRequest = (overrides: Partial<RoutedRequest> = {}): RoutedRequest => ({
  method: 'GET',
  host: 'app.example.com',
  path: '/orders/7',
  query: 'version=v2&debug',
  sourceIp: '127.0.0.1',
  headers: (name) => (name === 'x-kiln-preview' ? ['green'] : []),
  ...overrides,
});

const host = (...Values: string[]): RuleCondition => ({ Field: 'host-header', HostHeaderConfig: { Values } });

describe('conditions', () => {
  const holding: [string, RuleCondition][] = [
    ['host with wildcard, whatever its case', host('*.EXAMPLE.com')],
    ['path by pattern', { Field: 'path-pattern', PathPatternConfig: { Values: ['/img/*', '/orders/?'] } }],
    ['path in the old form', { Field: 'path-pattern', Values: ['/orders/*'] }],
    [
      'header, whatever the case of its name',
      { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Kiln-Preview', Values: ['GREEN'] } },
    ],
    ['method', { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['POST', 'GET'] } }],
    [
      'query pair',
      { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'version', Value: 'v*' }] } },
    ],
    ['query value of any key', { Field: 'query-string', QueryStringConfig: { Values: [{ Value: 'v2' }] } }],
    ['source range', { Field: 'source-ip', SourceIpConfig: { Values: ['127.0.0.0/8'] } }],
  ];
  test.each(holding)('hold for a %s', (_, condition) => {
    expect(compileConditions([condition])(aRequest())).toBe(true);
  });

  const failing: [string, RuleCondition][] = [
    ['another host', host('example.com')],
    ['a path in other case', { Field: 'path-pattern', PathPatternConfig: { Values: ['/ORDERS/*'] } }],
    [
      'a missing header',
      { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'x-a', Values: ['*'] } },
    ],
    [
      'a method in other case',
      { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['get'] } },
    ],
    ['another range', { Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/8'] } }],
  ];
  test.each(failing)('fail for %s', (_, condition) => {
    expect(compileConditions([condition])(aRequest())).toBe(false);
  });

  test('must hold all together', () => {
    const matches = compileConditions([
      host('*'),
      { Field: 'source-ip', SourceIpConfig: { Values: ['::1/128'] } },
    ]);
    expect(matches(aRequest())).toBe(false);
    expect(matches(aRequest({ sourceIp: '::1' }))).toBe(true);
  });
});
