import { describe, expect, test } from '@jest/globals';
import { parseDropKey } from '#pipeline/artifact/drop-key';

describe('parseDropKey', () => {
  test.each([
    ['apps/hello/1.0.0.zip', 'hello', '1.0.0'],
    ['apps/hello/1.0.0.tgz', 'hello', '1.0.0'],
    ['apps/hello/1.0.0.tar.gz', 'hello', '1.0.0'],
    ['apps/hello/hello-2.0.0.zip', 'hello', '2.0.0'],
    ['apps/a-b-1/2026-11-23_7+abc.zip', 'a-b-1', '2026-11-23_7+abc'],
    ['apps/hello/.zip.zip', undefined, undefined],
  ])('reads %s', (key, app, version) => {
    expect(parseDropKey(key)).toEqual(app === undefined ? undefined : { app, version });
  });

  test.each([
    'apps/../../x.zip',
    'apps//x.zip',
    'apps/%2e%2e/x.zip',
    'apps/Hello/1.zip',
    'apps/hello/1.0.0.ZIP',
    'apps/hello/1.0.0.zip.exe',
    'apps/hello/-1.zip',
    'apps/hello/$(id).zip',
    'apps/hello/a b.zip',
    'apps/hello/`id`.zip',
    'apps/hello/1\n.zip',
    'apps/hello/1\0.zip',
    'apps/hello/',
    'apps/hello/nested/1.zip',
    'other/hello/1.zip',
    `apps/${'a'.repeat(41)}/1.zip`,
    `apps/hello/${'1'.repeat(101)}.zip`,
    'apps/hеllo/1.zip',
    'apps/hello/hello-.zip',
  ])('refuses %j', (key) => {
    expect(parseDropKey(key)).toBeUndefined();
  });
});
