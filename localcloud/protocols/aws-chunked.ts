import { MalformedError } from './malformed-error.ts';

/** Checks the signatures inside an aws-chunked body; each call throws when the signature is wrong. */
export interface ChunkVerifier {
  chunk(data: Uint8Array, signature: string): void;
  /** `canonical` is `name:value\n` for every trailer but the signature itself. */
  trailer(canonical: string, signature: string): void;
}

/** How an aws-chunked body is decoded. */
export interface AwsChunkedOptions {
  /** Present when the chunks are signed. */
  readonly verifier?: ChunkVerifier;
  /** Called once at the end with the trailers, names in lower case. */
  readonly onTrailers?: (trailers: ReadonlyMap<string, string>) => void;
}

// A chunk header is a length and a signature of 64 digits; AWS SDKs send chunks of 8 KiB to 1 MiB.
const maximumLine = 1024;
const maximumSignedChunk = 64 * 1024 * 1024;
const maximumTrailers = 32;

interface Reader {
  /** Text up to CR LF; undefined at the end of the body. */
  line(): Promise<string | undefined>;
  /** Up to `count` bytes, as they arrive. */
  some(count: number): Promise<Buffer>;
}

const createReader = (source: AsyncIterable<Uint8Array>): Reader => {
  const iterator = source[Symbol.asyncIterator]();
  let buffer: Buffer = Buffer.alloc(0);
  const pull = async (): Promise<boolean> => {
    const next = await iterator.next();
    if (next.done === true) return false;
    const piece = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    buffer = buffer.length === 0 ? piece : Buffer.concat([buffer, piece]);
    return true;
  };
  return {
    line: async () => {
      for (;;) {
        const end = buffer.indexOf('\r\n');
        if (end >= 0) {
          const line = buffer.subarray(0, end).toString('latin1');
          buffer = buffer.subarray(end + 2);
          return line;
        }
        if (buffer.length > maximumLine) throw new MalformedError('a line of the chunked body is too long');
        if (await pull()) continue;
        if (buffer.length > 0) throw new MalformedError('the chunked body ends within a line');
        return undefined;
      }
    },
    some: async (count) => {
      if (buffer.length === 0 && !(await pull()))
        throw new MalformedError('the chunked body ends within a chunk');
      const piece = buffer.subarray(0, count);
      buffer = buffer.subarray(piece.length);
      return piece;
    },
  };
};

interface ChunkHeader {
  readonly size: number;
  readonly signature: string;
}

const parseHeader = (line: string | undefined): ChunkHeader => {
  const match = /^([\da-fA-F]{1,12})(?:;chunk-signature=([\da-f]{64}))?$/.exec(line ?? '');
  if (match === null) throw new MalformedError('the chunked body has a broken chunk header');
  return { size: Number.parseInt(match[1] ?? '', 16), signature: match[2] ?? '' };
};

async function* readData(reader: Reader, { size, signature }: ChunkHeader, verifier?: ChunkVerifier) {
  if (verifier === undefined) {
    for (let left = size; left > 0;) {
      const piece = await reader.some(left);
      left -= piece.length;
      yield piece;
    }
  } else {
    if (size > maximumSignedChunk) throw new MalformedError(`a signed chunk of ${size} bytes is too large`);
    const pieces: Buffer[] = [];
    for (let left = size; left > 0; left -= pieces.at(-1)?.length ?? 0) pieces.push(await reader.some(left));
    const data = Buffer.concat(pieces);
    // Nothing of a chunk is handed on before its signature is known to be right.
    verifier.chunk(data, signature);
    if (size > 0) yield data;
  }
}

const readTrailers = async (reader: Reader): Promise<Map<string, string>> => {
  const trailers = new Map<string, string>();
  for (;;) {
    const line = await reader.line();
    if (line === undefined || line === '') return trailers;
    const colon = line.indexOf(':');
    if (colon <= 0 || trailers.size >= maximumTrailers) {
      throw new MalformedError('the chunked body has a broken trailer');
    }
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
};

const verifyTrailers = (trailers: Map<string, string>, verifier: ChunkVerifier): void => {
  const signature = trailers.get('x-amz-trailer-signature');
  trailers.delete('x-amz-trailer-signature');
  if (trailers.size === 0 && signature === undefined) return;
  const canonical = [...trailers].map(([name, value]) => `${name}:${value}\n`).join('');
  verifier.trailer(canonical, signature ?? '');
};

/** Decodes a body with `content-encoding: aws-chunked`, streaming. */
export async function* decodeAwsChunked(
  source: AsyncIterable<Uint8Array>,
  { verifier, onTrailers }: AwsChunkedOptions = {},
): AsyncGenerator<Buffer> {
  const reader = createReader(source);
  for (;;) {
    const header = parseHeader(await reader.line());
    yield* readData(reader, header, verifier);
    if (header.size === 0) break;
    if ((await reader.line()) !== '') throw new MalformedError('a chunk is longer than its header says');
  }
  const trailers = await readTrailers(reader);
  if (verifier !== undefined) verifyTrailers(trailers, verifier);
  onTrailers?.(trailers);
}
