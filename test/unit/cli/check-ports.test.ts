import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { checkPorts } from '#cli/check-ports';
import { UserError } from '#cli/user-error';
import { freePort } from '#test/helpers/free-port';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const takenPort = async (): Promise<number> => {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
};

const refusal = async (ports: Parameters<typeof checkPorts>[0]): Promise<UserError> => {
  const error = await checkPorts(ports).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error('the ports were not refused');
  return error;
};

describe('checkPorts', () => {
  test('takes free ports, and refuses one for both', async () => {
    const [port, dev, prod] = [await freePort(), await freePort(), await freePort()];
    await expect(checkPorts({ port, listeners: { dev, prod } })).resolves.toBeUndefined();
    await expect(checkPorts({ port, listeners: { dev, prod: port } })).rejects.toThrow('cannot be both');
  });

  test('names a port that is taken and the option for another that is free', async () => {
    const taken = await takenPort();
    const listeners = { dev: taken, prod: await freePort() };
    const error = await refusal({ port: await freePort(), listeners });
    expect(error.message).toBe(`port ${taken} of 127.0.0.1, where dev answers, is in use by another program`);
    expect(error.suggestion).toMatch(/^npm start -- --listener-port \d+$/);
    const suggested = Number(error.suggestion.split(' ').at(-1));
    await expect(
      checkPorts({ port: await freePort(), listeners: { dev: suggested } }),
    ).resolves.toBeUndefined();
  });

  test('names all that are taken at once', async () => {
    const [port, prod] = [await takenPort(), await takenPort()];
    const error = await refusal({ port, listeners: { dev: await freePort(), prod } });
    expect(error.message).toMatch(
      /for the local cloud, and port \d+ of 127\.0\.0\.1, where prod answers, are in use/,
    );
    expect(error.suggestion).toMatch(/^npm start -- --port \d+ --port-of prod=\d+$/);
  });
});
