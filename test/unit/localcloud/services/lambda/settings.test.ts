import { describe, expect, test } from '@jest/globals';
import type { CreateFunctionCommandInput } from '@aws-sdk/client-lambda';
import { changeSettings } from '#localcloud/services/lambda/settings';

const input: CreateFunctionCommandInput = {
  FunctionName: 'f',
  Role: 'arn:aws:iam::000000000000:role/r',
  Runtime: 'nodejs24.x',
  Handler: 'index.handler',
  Code: {},
};

describe('settings', () => {
  test('start with the defaults of AWS and keep what a change does not name', () => {
    const before = changeSettings(undefined, { ...input, MemorySize: 256 });
    expect(before).toMatchObject({ timeoutSeconds: 3, memoryMB: 256, ephemeralStorageMB: 512 });
    expect(changeSettings(before, { FunctionName: 'f', Timeout: 5 })).toEqual({
      ...before,
      timeoutSeconds: 5,
    });
  });

  test.each<[rule: string, change: Partial<CreateFunctionCommandInput>, message: string]>([
    ['a time-out over 900 s', { Timeout: 901 }, 'between 1 and 900'],
    ['memory under 128 MB', { MemorySize: 64 }, 'between 128 and 10240'],
    ['a role that is no ARN', { Role: 'r' }, "at 'role' failed"],
    ['a reserved variable', { Environment: { Variables: { AWS_SESSION_TOKEN: 'x' } } }, 'AWS_SESSION_TOKEN'],
    ['more than 4 KB of variables', { Environment: { Variables: { BIG: 'x'.repeat(4096) } } }, '4KB limit'],
    ['a VPC', { VpcConfig: { SubnetIds: ['subnet-1'] } }, 'does not support VpcConfig'],
  ])('are refused with %s', (_, change, message) => {
    expect(() => changeSettings(undefined, { ...input, ...change })).toThrow(message);
  });

  test('may name parts that are not here as long as they are empty', () => {
    expect(() =>
      changeSettings(undefined, { ...input, VpcConfig: { SubnetIds: [] }, Layers: [] }),
    ).not.toThrow();
  });
});
