import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { auditRoot, RootAuditError } from '#bakery/base/audit-root';

const ELF = '\x7fELF';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kiln-root-'));
  await put('/usr/bin/node', ELF, 0o755);
  await put('/lib64/ld-linux-x86-64.so.2', ELF, 0o755);
  await put('/usr/lib/libc.so.6', ELF, 0o644);
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function put(path: string, content: string, mode: number): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
  await chmod(join(root, path), mode);
}

function audit(): Promise<void> {
  return auditRoot(root, ['/usr/bin/node']);
}

describe('auditRoot', () => {
  test('accepts a root with the runtime, the loader, shared libraries and links', async () => {
    await symlink('usr/lib', join(root, 'lib'));
    await expect(audit()).resolves.toBeUndefined();
  });

  test.each([
    ['a shell', '/bin/sh', ELF, 0o755, "'/bin/sh' is a program"],
    ['a program without its executable bit', '/usr/bin/tool', ELF, 0o644, "'/usr/bin/tool' is a program"],
    ['a script', '/usr/bin/npm', '#!/usr/bin/env node\n', 0o644, "'/usr/bin/npm' is a program"],
    ['a setuid file', '/usr/bin/node', ELF, 0o4755, "'/usr/bin/node' is setuid or setgid"],
    ['a setgid file', '/etc/list', 'x', 0o2644, "'/etc/list' is setuid or setgid"],
    ['a file for all to write', '/etc/hosts', 'x', 0o646, "'/etc/hosts' may be written by everyone"],
  ])('refuses %s', async (_what, path, content, mode, problem) => {
    await put(path, content, mode);
    await expect(audit()).rejects.toThrow(problem);
  });

  test('names every problem at once', async () => {
    await put('/bin/sh', ELF, 0o4755);
    await put('/bin/su', ELF, 0o755);
    const error = await audit().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RootAuditError);
    expect(error).toMatchObject({ problems: { length: 3 } });
  });
});
