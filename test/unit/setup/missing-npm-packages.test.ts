import { describe, expect, test } from '@jest/globals';
import { missingNpmPackages } from '../../../setup/missing-npm-packages.mjs';

const lock = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/yaml': { version: '2.9.1', integrity: 'sha512-a' },
    'node_modules/zod': { version: '4.6.7', integrity: 'sha512-b' },
    'node_modules/@esbuild/aix-ppc64': { version: '0.28.2', integrity: 'sha512-c', optional: true },
  },
};
const installed = {
  packages: {
    'node_modules/yaml': { version: '2.9.1', integrity: 'sha512-a' },
    'node_modules/zod': { version: '4.6.7', integrity: 'sha512-b' },
  },
};

describe('missingNpmPackages', () => {
  test('finds nothing missing when all but optional packages are installed', () => {
    expect(missingNpmPackages(lock, installed)).toEqual([]);
  });

  test('finds every package missing after an install that was cut short', () => {
    expect(missingNpmPackages(lock, undefined)).toEqual(['node_modules/yaml', 'node_modules/zod']);
  });

  test('finds a package of another version or other content', () => {
    const other = {
      packages: { ...installed.packages, 'node_modules/zod': { version: '4.6.6', integrity: 'sha512-b' } },
    };
    expect(missingNpmPackages(lock, other)).toEqual(['node_modules/zod']);
    const tampered = {
      packages: { ...installed.packages, 'node_modules/yaml': { version: '2.9.1', integrity: 'x' } },
    };
    expect(missingNpmPackages(lock, tampered)).toEqual(['node_modules/yaml']);
  });
});
