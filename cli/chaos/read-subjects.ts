import { chaosKey } from '#pipeline/chaos/chaos-record';
import type { ChaosKill, ChaosRecord } from '#pipeline/chaos/chaos-record';
import type { ChaosSubject } from '#pipeline/chaos/forecast-chaos';
import { readServingGroup } from '#pipeline/chaos/serving-group';
import type { EnvironmentRecord } from '#pipeline/model';
import type { CommandContext } from '../command-context.ts';
import { readApps } from '../environments/environment-records.ts';
import type { AppInEnvironment } from '../environments/environment-records.ts';

type Subject = ChaosSubject['apps'][number];

const lastKill = (
  { kills, leashed = [] }: ChaosRecord,
  app: string,
  isLeashed: boolean,
): string | undefined =>
  [...kills.filter(({ missed }) => missed === undefined), ...(isLeashed ? leashed : [])]
    .filter((kill) => kill.app === app)
    .map(({ at }) => at)
    .toSorted()
    .at(-1);

const readSubject = async (
  { app, current }: EnvironmentRecord,
  lastKillAt: string | undefined,
  { connection }: Pick<CommandContext, 'connection'>,
): Promise<Subject> => {
  const group = current === undefined ? undefined : await readServingGroup(current, connection);
  return { app, machines: group?.eligible ?? [], ...(lastKillAt === undefined ? {} : { lastKillAt }) };
};

const readRecord = async (
  environment: string,
  { documents }: Pick<CommandContext, 'documents'>,
): Promise<ChaosRecord> =>
  (await documents.read<ChaosRecord>(chaosKey(environment))) ?? { environment, updatedAt: '', kills: [] };

/** What the forecast must know of the environments, all or one. @throws UserError for one that is not there */
export const readSubjects = async (
  selection: { readonly environment?: string | undefined },
  context: Pick<CommandContext, 'connection' | 'stack' | 'documents'>,
): Promise<readonly ChaosSubject[]> => {
  const byEnvironment = Map.groupBy(await readApps(selection, context), ({ environment }) => environment);
  return Promise.all(
    [...byEnvironment].map(
      async ([{ name, chaos }, apps]: [AppInEnvironment['environment'], AppInEnvironment[]]) => {
        const past = await readRecord(name, context);
        return {
          environment: name,
          policy: chaos,
          apps: await Promise.all(
            apps.map(({ record }) => readSubject(record, lastKill(past, record.app, chaos.leashed), context)),
          ),
          done: [...past.kills, ...(past.leashed ?? [])].map(({ killId }) => killId),
        };
      },
    ),
  );
};

/** A kill, and where. */
export type KillInEnvironment = ChaosKill & { readonly environment: string };

/** What chaos did in the environments, the newest first. */
export const readKills = async (
  environments: readonly string[],
  context: Pick<CommandContext, 'documents'>,
): Promise<readonly KillInEnvironment[]> => {
  const found = await Promise.all(
    environments.map(async (environment) => {
      const { kills } = await readRecord(environment, context);
      return kills.map((kill) => ({ ...kill, environment }));
    }),
  );
  return found.flat().toSorted((a, b) => b.at.localeCompare(a.at));
};
