import { createHash } from 'node:crypto';
import { request } from 'node:http';

const MEBIBYTE = 1 << 20;

/** An upload that goes on piece by piece. */
export interface Upload {
  /** Resolves when the pieces are handed over. */
  send(mebibytes: number): Promise<void>;
  /** Ends the upload; resolves with the body of the answer. */
  end(): Promise<string>;
  /** SHA-256 of what was sent, hexadecimal; to be asked once, at the end. */
  digest(): string;
}

/** Begins a POST, of so many MiB or, when that is not known before, in chunks. */
export const startUpload = (url: string, mebibytes?: number): Upload => {
  const hash = createHash('sha256');
  const headers = mebibytes === undefined ? {} : { 'Content-Length': mebibytes * MEBIBYTE };
  const outgoing = request(url, { method: 'POST', headers });
  const answer = new Promise<string>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('error', reject);
      response.on('end', () => resolve(body));
    });
  });
  // A failure is told by `end`, also when it comes before.
  answer.catch(() => undefined);
  return {
    send: async (count) => {
      for (let index = 0; index < count; index += 1) {
        const piece = Buffer.alloc(MEBIBYTE, index);
        hash.update(piece);
        await new Promise((resolve) => {
          outgoing.write(piece, resolve);
        });
      }
    },
    end: () => {
      outgoing.end();
      return answer;
    },
    digest: () => hash.digest('hex'),
  };
};
