import { describe, expect, test } from '@jest/globals';
import { runTool, ToolError } from '#bakery/base/run-tool';

describe('runTool', () => {
  test('returns what the tool prints', async () => {
    expect(await runTool('printf', ['%s', 'a b'])).toBe('a b');
  });

  test('says which tool is not installed', async () => {
    const run = runTool('no-such-tool', []);
    await expect(run).rejects.toThrow("'no-such-tool' is not installed, a base cannot be built without it");
    await expect(run).rejects.toBeInstanceOf(ToolError);
  });

  test('says how a tool failed, in its own words', async () => {
    const run = runTool('ls', ['/no-such-folder']);
    await expect(run).rejects.toThrow(/'ls \/no-such-folder' ended with status 2: .*No such file/u);
  });

  test('gives every tool the same clock', async () => {
    expect(await runTool('printenv', ['SOURCE_DATE_EPOCH'])).toBe('1700000000\n');
  });

  test('stops when it is cancelled', async () => {
    await expect(runTool('printf', ['x'], { signal: AbortSignal.abort() })).rejects.toThrow(/abort/iu);
  });
});
