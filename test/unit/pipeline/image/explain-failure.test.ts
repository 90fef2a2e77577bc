import { describe, expect, test } from '@jest/globals';
import { explainFailure } from '#pipeline/image/explain-failure';
import type { MachineObservation } from '#pipeline/image/explain-failure';

const machine = (console: string, more: Partial<MachineObservation> = {}): string =>
  explainFailure({
    state: 'running',
    console,
    port: 8080,
    healthPath: '/health',
    health: 'unhealthy, Health checks failed with these codes: [500]',
    seconds: 12.34,
    ...more,
  });

describe('explainFailure', () => {
  test('says that the app exited, and how', () => {
    const text = machine('boot\nkiln: app exited with status 3 after 1.2 s\n', { state: 'terminated' });
    expect(text).toMatch(/^app exited with status 3 after 1.2 s/);
  });

  test('names the syntax error that ended it', () => {
    const console = 'SyntaxError: Unexpected token\nkiln: app exited with status 1 after 0.4 s\n';
    expect(machine(console, { state: 'terminated' })).toMatch(/status 1 .*: SyntaxError: Unexpected token/);
  });

  test('names the uncaught error that ended it, and the line that threw it', () => {
    const console = [
      'file:///app/lib/start.js:12',
      "throw new TypeError('no database');",
      '      ^',
      '',
      'TypeError: no database',
      '    at file:///app/lib/start.js:12:7',
      'kiln: app exited with status 1 after 0.4 s',
    ].join('\n');
    expect(machine(console, { state: 'terminated' })).toMatch(
      /^app exited with status 1 after 0.4 s: TypeError: no database in lib\/start.js:12 \(tried for 12.3 s\)\n/,
    );
  });

  test('says where the app listens instead', () => {
    const console = 'kiln: app listens on 0.0.0.0:3000, expected 0.0.0.0:8080\n';
    expect(machine(console)).toMatch(/^app listens on 0.0.0.0:3000, expected 0.0.0.0:8080/);
  });

  test('says that health checks fail when the app listens where it should', () => {
    const console = 'kiln: app listens on port 8080 after 1.2 s\n';
    expect(machine(console)).toMatch(/^GET \/health on port 8080 never passed: .*500/);
  });

  test('says that the machine did not boot', () => {
    expect(machine('[1.2] Kernel panic - not syncing: no init\n', { state: 'terminated' })).toMatch(
      /^the machine did not boot: .*Kernel panic/,
    );
  });

  test('shows the end of the console', () => {
    const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`).join('\n');
    const text = machine(lines);
    expect(text).toContain('line 49');
    expect(text).not.toContain('line 10\n');
  });
});
