import { describe, expect, test } from '@jest/globals';
import { executionName } from '#cli/rollouts/start-execution';

describe('executionName', () => {
  test('has at most 80 characters and is another one for each call', () => {
    const input = { app: 'a'.repeat(40), environment: 'e'.repeat(20) };
    const name = executionName({ kind: 'promotion', input });
    expect(name.length).toBeLessThanOrEqual(80);
    expect(name).toMatch(/^[a-z0-9-]+$/);
    expect(executionName({ kind: 'promotion', input })).not.toBe(name);
  });
});
