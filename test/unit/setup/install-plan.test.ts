import { describe, expect, test } from '@jest/globals';
import { planInstall } from '../../../setup/install-plan.mjs';

const missing = ['mtools', 'ovmf'];

describe('planInstall', () => {
  test('runs apt-get itself as root', () => {
    expect(planInstall({ missing, isRoot: true, canSudo: false })).toEqual({
      commands: [
        ['apt-get', 'update', '-qq'],
        ['apt-get', 'install', '-y', '--no-install-recommends', 'mtools', 'ovmf'],
      ],
    });
  });

  test('uses sudo when it needs no password, and never asks for one', () => {
    const plan = planInstall({ missing, isRoot: false, canSudo: true });
    expect(plan).toHaveProperty('commands');
    for (const command of 'commands' in plan ? plan.commands : []) {
      expect(command.slice(0, 3)).toEqual(['sudo', '-n', 'DEBIAN_FRONTEND=noninteractive']);
    }
  });

  test('gives the one command to run without the right to install', () => {
    expect(planInstall({ missing, isRoot: false, canSudo: false })).toEqual({
      userCommand: "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends mtools ovmf'",
    });
  });
});
