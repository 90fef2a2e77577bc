import { describe, expect, test } from '@jest/globals';
import { renderDrill } from '#cli/chaos/render-drill';
import type { DrillReport } from '#cli/chaos/run-drill';

const report = (more: Partial<DrillReport> = {}): DrillReport => ({
  app: 'hello',
  environment: 'dev',
  killed: [{ instanceId: 'i-1', zone: 'eu-central-1a' }],
  recoverySeconds: 41.26,
  requests: 1240,
  failed: 0,
  failures: [],
  ...more,
});

describe('what a drill showed', () => {
  test('is the machine, the time until the group was whole, and the requests', () => {
    expect(renderDrill(report())).toBe(
      'hello in dev lost i-1 in eu-central-1a: whole again after 41.3 s\n1240 requests meanwhile, 0 failed',
    );
  });

  test('names the first failures and counts the others', () => {
    const failures = Array.from({ length: 7 }, (_, n) => ({ seconds: n, what: '502' }));
    const lines = renderDrill(report({ failed: 7, failures })).split('\n');
    expect(lines.slice(1)).toEqual([
      '1240 requests meanwhile, 7 failed',
      '  0.0 s  502',
      '  1.0 s  502',
      '  2.0 s  502',
      '  3.0 s  502',
      '  4.0 s  502',
      '  and 2 more',
    ]);
  });

  test('says nothing of requests when none were sent', () => {
    expect(renderDrill(report({ requests: 0 }))).not.toContain('requests');
  });

  test('says so when another release took over meanwhile', () => {
    const { recoverySeconds: _none, ...rest } = report();
    expect(renderDrill(rest)).toContain('another release took over before it was whole');
  });
});
