import { afterEach, describe, expect, test } from '@jest/globals';
import { serveMetadata } from '#localcloud/hypervisor/metadata-server';
import type { MetadataServer } from '#localcloud/hypervisor/metadata-server';

let server: MetadataServer | undefined;

afterEach(() => server?.close());

describe('the metadata server', () => {
  test('hands method, path and headers on and the answer back', async () => {
    server = await serveMetadata(({ method, path, headers }) => ({
      status: 201,
      headers: { server: 'EC2ws' },
      body: `${method} ${path} ${headers['x-token']}`,
    }));
    const answer = await fetch(`http://127.0.0.1:${server.port}/latest/a?b=c`, {
      method: 'PUT',
      headers: { 'X-Token': 't' },
    });
    expect([answer.status, answer.headers.get('server'), await answer.text()]).toEqual([
      201,
      'EC2ws',
      'PUT /latest/a t',
    ]);
  });

  test('answers 500 when the handler fails, and goes on', async () => {
    let fails = true;
    server = await serveMetadata(() => {
      if (fails) throw new Error('broken');
      return { status: 200, body: 'ok' };
    });
    const url = `http://127.0.0.1:${server.port}/`;
    expect((await fetch(url)).status).toBe(500);
    fails = false;
    expect(await (await fetch(url)).text()).toBe('ok');
  });
});
