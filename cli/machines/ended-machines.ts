import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { EndedMachine } from '#pipeline/machine/ended-machine';
import type { CommandContext } from '../command-context.ts';
import { UserError } from '../user-error.ts';

type Context = Pick<CommandContext, 'connection' | 'stack' | 'documents'>;

/** Which black boxes; what is absent does not matter. */
export interface EndedSelection {
  readonly app?: string | undefined;
  readonly environment?: string | undefined;
  /** At most so many, the newest. */
  readonly limit: number;
}

interface Found {
  readonly key: string;
  readonly writtenAt: number;
}

const PREFIX = 'kiln/ended/';

const findKeys = async (prefix: string, { connection, stack }: Context): Promise<Found[]> => {
  const found: Found[] = [];
  const pages = paginateListObjectsV2({ client: connection.s3 }, { Bucket: stack.bucket, Prefix: prefix });
  for await (const { Contents = [] } of pages)
    found.push(
      ...Contents.map(({ Key = '', LastModified }) => ({
        key: Key,
        writtenAt: LastModified?.getTime() ?? 0,
      })),
    );
  return found;
};

/** `kiln/ended/<environment>/<app>/<machine>.json`. */
const appOf = (key: string): string | undefined => key.split('/')[3];

/** Black boxes of machines that ended, the newest first. They are kept for 30 days. */
export const readEndedMachines = async (
  { app, environment, limit }: EndedSelection,
  context: Context,
): Promise<EndedMachine[]> => {
  const found = await findKeys(environment === undefined ? PREFIX : `${PREFIX}${environment}/`, context);
  // Only what is shown is read: each may hold 64 KB.
  const newest = found
    .filter(({ key }) => app === undefined || appOf(key) === app)
    .toSorted((a, b) => b.writtenAt - a.writtenAt)
    .slice(0, limit);
  const boxes = await Promise.all(newest.map(({ key }) => context.documents.read<EndedMachine>(key)));
  return boxes.filter((box) => box !== undefined).toSorted((a, b) => b.endedAt.localeCompare(a.endedAt));
};

/** The black box of one machine. @throws UserError when there is none */
export const readEndedMachine = async (instanceId: string, context: Context): Promise<EndedMachine> => {
  const [found] = (await findKeys(PREFIX, context)).filter(({ key }) => key.endsWith(`/${instanceId}.json`));
  const box = found === undefined ? undefined : await context.documents.read<EndedMachine>(found.key);
  if (box === undefined)
    throw new UserError(`no black box of a machine '${instanceId}' in the last 30 days`, 'kiln ps --ended');
  return box;
};
