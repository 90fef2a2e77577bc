import type { MetadataHandler } from '#localcloud/hypervisor/driver';

/** What a guest learns about itself at its start, as the real one does. */
export interface LightGuest {
  readonly instance: string;
  readonly zone: string;
  readonly app: string;
  readonly environment: string;
  readonly release: string;
  /** `smoke` for the machine of a smoke test. */
  readonly purpose: string | undefined;
  /** The launch environment from its user data. */
  readonly variables: Readonly<Record<string, string>>;
}

/** One `NAME="value"` a line; a pair of quotes is taken off and nothing else. */
const variablesOf = (userData: string): Record<string, string> =>
  Object.fromEntries(
    userData
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => {
        const equals = line.indexOf('=');
        return [line.slice(0, equals), line.slice(equals + 1).replace(/^"(.*)"$/u, '$1')];
      }),
  );

type ReadFact = (path: string) => Promise<string | undefined>;

/** Version 2 of the metadata: a token first, then one request for each fact. */
const openMetadata = async (handler: MetadataHandler): Promise<ReadFact> => {
  const token = await handler({
    method: 'PUT',
    path: '/latest/api/token',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '300' },
  });
  const headers = { 'x-aws-ec2-metadata-token': token.body.toString() };
  return async (path) => {
    const { status, body } = await handler({ method: 'GET', path: `/latest/${path}`, headers });
    return status === 200 ? Buffer.from(body).toString() : undefined;
  };
};

const tagPath = (name: string): string => `meta-data/tags/instance/kiln:${name}`;

/** A tag of the machine as it is now. */
export const readLightTag = async (handler: MetadataHandler, name: string): Promise<string | undefined> =>
  (await openMetadata(handler))(tagPath(name));

/** Reads a machine's metadata. */
export const readLightGuest = async (handler: MetadataHandler): Promise<LightGuest> => {
  const get = await openMetadata(handler);
  const tag = (name: string): Promise<string | undefined> => get(tagPath(name));
  return {
    instance: (await get('meta-data/instance-id')) ?? 'unknown',
    zone: (await get('meta-data/placement/availability-zone')) ?? 'unknown',
    app: (await tag('app')) ?? 'app',
    environment: (await tag('env')) ?? 'default',
    release: (await tag('release')) ?? 'unknown',
    purpose: await tag('purpose'),
    variables: variablesOf((await get('user-data')) ?? ''),
  };
};
