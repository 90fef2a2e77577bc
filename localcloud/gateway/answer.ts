import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { WireAnswer } from '../protocols/wire.ts';

const hasBody = (status: number): boolean => status !== 204 && status !== 304;

/** Sends the head and the first bytes of a body, and breaks the connection. */
const breakOff = async (response: ServerResponse, body: WireAnswer['body'], bytes: number): Promise<void> => {
  const source = body instanceof Readable ? body : Readable.from([Buffer.from(body ?? '')]);
  let left = bytes;
  for await (const piece of source as AsyncIterable<Buffer>) {
    await new Promise((resolve) => response.write(piece.subarray(0, left), resolve));
    left -= piece.length;
    if (left <= 0) break;
  }
  // Ended, not reset: what was written arrives.
  response.socket?.destroySoon();
};

/** Sends an answer; resolves when all of it is handed to the connection. `headOnly` keeps the body back. */
export const sendAnswer = async (
  response: ServerResponse,
  answer: WireAnswer,
  requestId: string,
  headOnly: boolean,
): Promise<void> => {
  const { status, body } = answer;
  const headers: Record<string, string | number> = {
    'x-amzn-requestid': requestId,
    // The name that Amazon S3 uses; other clients do not look at it.
    'x-amz-request-id': requestId,
    ...answer.headers,
  };
  if (answer.breakAfter !== undefined) {
    if (!(body instanceof Readable)) headers['content-length'] = Buffer.byteLength(body ?? '');
    response.writeHead(status, headers);
    response.flushHeaders();
    return breakOff(response, body, answer.breakAfter);
  }
  if (body instanceof Readable) {
    response.writeHead(status, headers);
    if (headOnly) {
      body.destroy();
      response.end();
    } else {
      await pipeline(body, response);
    }
    return;
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : (body ?? Buffer.alloc(0));
  const announced = Object.keys(headers).some((name) => name.toLowerCase() === 'content-length');
  if (!announced && hasBody(status)) headers['content-length'] = headOnly ? 0 : bytes.byteLength;
  response.writeHead(status, headers);
  response.end(headOnly || !hasBody(status) ? undefined : bytes);
};
