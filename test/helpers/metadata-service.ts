import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the metadata service of a test tells its machine; what is absent is answered 404. */
export interface MetadataFacts {
  readonly instanceId?: string;
  readonly zone?: string;
  /** Instance tags, for example `kiln:env`. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly userData?: string;
}

/** A metadata service on 127.0.0.1 that serves IMDSv2 only: every request needs a token that it has given. */
export interface MetadataService extends AsyncDisposable {
  readonly port: number;
  /** Method and path of every request, in order. */
  readonly requests: readonly string[];
}

const TOKEN = 'test-token';

/** Starts a metadata service on a free port. */
export async function startMetadataService(facts: MetadataFacts): Promise<MetadataService> {
  const requests: string[] = [];
  const answers = answersOf(facts);
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answer(request, response, answers);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    [Symbol.asyncDispose]: () => close(server),
  };
}

function answersOf(facts: MetadataFacts): Map<string, string> {
  const tags = Object.entries(facts.tags ?? {});
  const entries: [string, string | undefined][] = [
    ['/latest/meta-data/instance-id', facts.instanceId],
    ['/latest/meta-data/placement/availability-zone', facts.zone],
    ['/latest/user-data', facts.userData],
    ...tags.map(([name, value]): [string, string] => [`/latest/meta-data/tags/instance/${name}`, value]),
  ];
  return new Map(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  answers: ReadonlyMap<string, string>,
): void {
  const isTokenRequest = request.method === 'PUT' && request.url === '/latest/api/token';
  if (isTokenRequest && request.headers['x-aws-ec2-metadata-token-ttl-seconds'] !== undefined) {
    response.end(TOKEN);
    return;
  }
  const text = answers.get(request.url ?? '');
  if (request.headers['x-aws-ec2-metadata-token'] !== TOKEN) response.statusCode = 401;
  else if (text === undefined) response.statusCode = 404;
  response.end(response.statusCode === 200 ? text : '');
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
