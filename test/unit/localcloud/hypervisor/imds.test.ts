import { describe, expect, test } from '@jest/globals';
import type { MetadataAnswer } from '#localcloud/hypervisor/driver';
import { createImds } from '#localcloud/hypervisor/imds';
import type { MetadataSource } from '#localcloud/hypervisor/imds';

const aService = (source: Partial<MetadataSource> = {}) => {
  let now = 0;
  const handler = createImds(
    {
      enabled: () => true,
      httpTokens: () => 'required',
      tree: () => ({
        'meta-data': {
          'instance-id': 'i-1',
          placement: { region: 'eu' },
          tags: undefined,
          lazy: () => 'made',
        },
        'user-data': Buffer.from([0, 255]),
      }),
      ...source,
    },
    () => now,
  );
  const ask = async (
    method: string,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<MetadataAnswer> => handler({ method, path, headers });
  return {
    ask,
    token: (seconds: string) =>
      ask('PUT', '/latest/api/token', { 'x-aws-ec2-metadata-token-ttl-seconds': seconds }),
    get: async (path: string, token: string) => {
      const { status, body } = await ask('GET', path, { 'x-aws-ec2-metadata-token': token });
      return status === 200 ? body : status;
    },
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
};

describe('the instance metadata service', () => {
  test('gives a token for 1 to 21,600 seconds and nothing else', async () => {
    const { token } = aService();
    const statuses = await Promise.all(
      ['1', '21600', '0', '21601', '-1', '', 'ten'].map(async (ttl) => (await token(ttl)).status),
    );
    expect(statuses).toEqual([200, 200, 400, 400, 400, 400, 400]);
  });

  test('answers with a token until it ends', async () => {
    const { token, get, pass } = aService();
    const value = (await token('10')).body.toString();
    expect(await get('/latest/meta-data/instance-id', value)).toBe('i-1');
    pass(10_000);
    expect(await get('/latest/meta-data/instance-id', value)).toBe(401);
  });

  test('refuses version 1 where tokens are required, a foreign token everywhere', async () => {
    expect((await aService().ask('GET', '/latest/meta-data/instance-id')).status).toBe(401);
    const lax = aService({ httpTokens: () => 'optional' });
    expect((await lax.ask('GET', '/latest/meta-data/instance-id')).status).toBe(200);
    expect(await lax.get('/latest/meta-data/instance-id', 'forged')).toBe(401);
  });

  test('refuses what came through a proxy, and everything when disabled', async () => {
    const { ask } = aService({ httpTokens: () => 'optional' });
    expect((await ask('GET', '/latest/user-data', { 'x-forwarded-for': '10.0.0.1' })).status).toBe(403);
    expect((await aService({ enabled: () => false }).token('60')).status).toBe(403);
  });

  test('lists folders with a slash, leaves out what is absent, and answers 404 beside them', async () => {
    const { token, get } = aService();
    const value = (await token('60')).body.toString();
    expect(await get('/latest/meta-data/', value)).toBe('instance-id\nlazy\nplacement/');
    expect(await get('/latest/meta-data/placement', value)).toBe('region');
    expect(await get('/latest/meta-data/lazy', value)).toBe('made');
    expect(await get('/latest/user-data', value)).toEqual(Buffer.from([0, 255]));
    for (const path of [
      '/latest/meta-data/tags',
      '/latest/meta-data/instance-id/x',
      '/1.0/meta-data',
      '/latest/__proto__',
    ]) {
      expect(await get(path, value)).toBe(404);
    }
  });

  test('answers 405 to methods it does not have', async () => {
    const { ask } = aService({ httpTokens: () => 'optional' });
    expect((await ask('POST', '/latest/meta-data/')).status).toBe(405);
    expect((await ask('GET', '/latest/api/token')).status).toBe(405);
  });
});
