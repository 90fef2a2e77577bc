import { describe, expect, test } from '@jest/globals';
import { decodeAwsChunked } from '#localcloud/protocols/aws-chunked';

async function* split(text: string, size: number) {
  for (let start = 0; start < text.length; start += size) yield Buffer.from(text.slice(start, start + size));
}

const decode = async (text: string, size = text.length || 1): Promise<{ body: string; trailers: object }> => {
  const pieces: Buffer[] = [];
  let trailers: ReadonlyMap<string, string> = new Map();
  const onTrailers = (found: ReadonlyMap<string, string>): void => {
    trailers = found;
  };
  for await (const piece of decodeAwsChunked(split(text, size), { onTrailers })) pieces.push(piece);
  return { body: Buffer.concat(pieces).toString(), trailers: Object.fromEntries(trailers) };
};

const message = '5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n';

describe('decodeAwsChunked', () => {
  test.each([1, 2, 3, 7, 1000])(
    'gives the same body and trailers when it arrives %i bytes at a time',
    async (size) => {
      expect(await decode(message, size)).toEqual({
        body: 'hello world',
        trailers: { 'x-amz-checksum-crc32': 'DUoRhQ==' },
      });
    },
  );

  test('takes a body without trailers, with or without the last line', async () => {
    expect(await decode('0\r\n\r\n')).toEqual({ body: '', trailers: {} });
    expect(await decode('1\r\na\r\n0\r\n')).toEqual({ body: 'a', trailers: {} });
  });

  test('hands every chunk to the verifier before it hands it on', async () => {
    const seen: string[] = [];
    const verifier = {
      chunk: (data: Uint8Array, signature: string) =>
        seen.push(`${Buffer.from(data).toString()}:${signature.slice(0, 2)}`),
      trailer: (canonical: string, signature: string) => seen.push(`${canonical.trim()}:${signature}`),
    };
    const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
    const text = `2;chunk-signature=${a}\r\nhi\r\n0;chunk-signature=${b}\r\nx:1\r\nx-amz-trailer-signature:c\r\n\r\n`;
    for await (const piece of decodeAwsChunked(split(text, 9), { verifier })) seen.push(piece.toString());
    expect(seen).toEqual(['hi:aa', 'hi', ':bb', 'x:1:c']);
  });

  test.each([
    ['', 'broken chunk header'],
    ['zz\r\n', 'broken chunk header'],
    ['-1\r\n', 'broken chunk header'],
    ['fffffffffffffffff\r\n', 'broken chunk header'],
    ['5\r\nhel', 'ends within a chunk'],
    ['2\r\nhello\r\n0\r\n\r\n', 'longer than its header says'],
    ['5\r\nhello', 'longer than its header says'],
    ['0\r\nno colon\r\n\r\n', 'broken trailer'],
    ['5', 'ends within a line'],
    ['a'.repeat(5000), 'too long'],
  ])('refuses %j', async (text, problem) => {
    await expect(decode(text)).rejects.toMatchObject({
      name: 'MalformedError',
      message: expect.stringContaining(problem),
    });
  });
});
