import { Duplex } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { connectQmp } from '#localcloud/hypervisor/qmp';

/** A QEMU that answers only the commands of the list; one that does not greet is silent altogether. */
const halfDeaf = (answers: readonly string[], greets = true): Duplex => {
  const stream = new Duplex({
    read: () => undefined,
    write: (line: Buffer, _encoding, done) => {
      const { execute, id } = JSON.parse(line.toString()) as { execute: string; id: number };
      if (answers.includes(execute)) stream.push(`${JSON.stringify({ id, return: {} })}\n`);
      done();
    },
  });
  if (greets) stream.push('{"QMP":{}}\n');
  return stream;
};

const connectTo = (stream: Duplex): ReturnType<typeof connectQmp> =>
  connectQmp(stream, () => undefined, { greeting: 20, answer: 20 });

describe('the connection to a QEMU that hangs', () => {
  test('does not wait for ever for an answer, and names the command', async () => {
    const qmp = await connectTo(halfDeaf(['qmp_capabilities', 'query-status']));
    await expect(qmp.execute('query-status')).resolves.toEqual({});
    await expect(qmp.human('info usernet')).rejects.toThrow(
      "qemu did not answer 'human-monitor-command' within 20 ms",
    );
    await expect(qmp.execute('query-status')).resolves.toEqual({});
  });

  test('does not wait for ever for its greeting', async () => {
    await expect(connectTo(halfDeaf([], false))).rejects.toThrow('qemu did not greet us within 20 ms');
  });

  test('does not wait for ever for the end of the handshake', async () => {
    await expect(connectTo(halfDeaf([]))).rejects.toThrow(
      "qemu did not answer 'qmp_capabilities' within 20 ms",
    );
  });
});
