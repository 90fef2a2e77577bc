import { describe, expect, test } from '@jest/globals';
import { listPackages } from '#bakery/artifact/list-packages';
import { withTree, zipOf } from '#test/helpers/archives';

const packagesOf = (files: Readonly<Record<string, string>>) =>
  withTree(zipOf({ 'package.json': '{}', ...files }), (tree) => listPackages(tree));

const lock = (packages: object): string => JSON.stringify({ lockfileVersion: 3, packages });

describe('listPackages', () => {
  test('names what is installed, sorted, and not what is only in the lock file', async () => {
    const packages = await packagesOf({
      'package-lock.json': lock({
        '': { name: 'app', version: '1.0.0' },
        'node_modules/b': { version: '2.0.0' },
        'node_modules/@s/a': { version: '1.0.0' },
        'node_modules/absent': { version: '3.0.0' },
      }),
      'node_modules/b/index.js': '',
      'node_modules/@s/a/index.js': '',
    });
    expect(packages).toEqual([
      { name: '@s/a', version: '1.0.0' },
      { name: 'b', version: '2.0.0' },
    ]);
  });

  test("believes what npm wrote beside the packages over the project's lock file", async () => {
    const packages = await packagesOf({
      'package-lock.json': lock({ 'node_modules/b': { version: '1.0.0' } }),
      'node_modules/.package-lock.json': lock({ 'node_modules/b': { version: '2.0.0' } }),
      'node_modules/b/index.js': '',
    });
    expect(packages).toEqual([{ name: 'b', version: '2.0.0' }]);
  });

  test.each([
    ['no lock file', {}],
    ['a lock file that is not JSON', { 'package-lock.json': '{' }],
  ])('gives an empty list for %s', async (_what, files) => {
    expect(await packagesOf(files as Record<string, string>)).toEqual([]);
  });
});
