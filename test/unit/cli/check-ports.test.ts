import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { checkPorts } from '#cli/check-ports';
import { UserError } from '#cli/user-error';
import { freePort } from '#test/helpers/free-port';

describe('checkPorts', () => {
  test('takes two free ports, and refuses one for both', async () => {
    const [port, listenerPort] = [await freePort(), await freePort()];
    await expect(checkPorts({ port, listenerPort })).resolves.toBeUndefined();
    await expect(checkPorts({ port, listenerPort: port })).rejects.toThrow('cannot be both');
  });

  test('names a port that is taken and the option for another', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    try {
      const { port: taken } = server.address() as AddressInfo;
      const error = await checkPorts({ port: await freePort(), listenerPort: taken }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(UserError);
      expect(error).toMatchObject({
        message: expect.stringContaining(`port ${taken} of 127.0.0.1`),
        suggestion: `npm start -- --listener-port ${taken + 1}`,
      });
    } finally {
      server.close();
    }
  });
});
