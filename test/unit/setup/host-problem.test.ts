import { describe, expect, test } from '@jest/globals';
import { hostProblem } from '../../../setup/host-problem.mjs';

const debian = { nodeVersion: '20.19.0', platform: 'linux', isDebian: true };

describe('hostProblem', () => {
  test.each(['20.19.0', '20.20.2', '22.0.0', '24.21.0'])('takes Node %s on Debian', (nodeVersion) => {
    expect(hostProblem({ ...debian, nodeVersion })).toBeUndefined();
  });

  test.each(['18.20.0', '20.18.1'])('refuses Node %s, naming what it needs', (nodeVersion) => {
    expect(hostProblem({ ...debian, nodeVersion })?.message).toBe(
      `Node ${nodeVersion} is too old, needed: 20.19 or newer`,
    );
  });

  test('refuses what is not Linux, and Linux without dpkg', () => {
    expect(hostProblem({ ...debian, platform: 'darwin' })?.message).toContain("got 'darwin'");
    expect(hostProblem({ ...debian, isDebian: false })?.message).toContain('neither Debian nor Ubuntu');
  });
});
