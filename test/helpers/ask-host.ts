import { request } from 'node:http';

/** Asks for `/` as a client that knows the server by this host name; resolves to the release that answered. */
export const askHost = (url: string, host: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const call = request(url, { headers: { host } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        if (answer.statusCode === 200) resolve((JSON.parse(body) as { release: string }).release);
        else reject(new Error(`'${host}' answered ${answer.statusCode}: ${body}`));
      });
    });
    call.on('error', reject);
    call.end();
  });
