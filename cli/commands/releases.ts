import { Command } from 'commander';
import { readEnvironments } from '#pipeline/environments/read-environments';
import type { ReleaseInEnvironment, ReleaseRecord } from '#pipeline/model';
import { ageOf } from '../age.ts';
import { openContext } from '../command-context.ts';
import { findEnvironment } from '../environments/find-environment.ts';
import type { Column } from '../output.ts';
import { readReleaseRecords } from '../release-records.ts';

interface ReleasesOptions {
  readonly env?: string;
}

const firstLine = (text: string | undefined): string => text?.split('\n')[0] ?? '';

const inEnvironment = ({ environments }: ReleaseRecord, name: string): ReleaseInEnvironment | undefined =>
  environments?.[name];

/** Why a release ended, here or anywhere; one that was promoted again has not. */
const whyOf = (record: ReleaseRecord): string => {
  const stopped = Object.values(record.environments ?? {}).find(({ message }) => message !== undefined);
  const hasEnded = ['rejected', 'failed', 'superseded'].includes(record.status);
  return firstLine((hasEnded ? record.message : undefined) ?? stopped?.message);
};

const overview = (names: readonly string[], now: Date): readonly Column[] => [
  { title: 'app', text: (record: ReleaseRecord) => record.app },
  { title: 'version', text: (record: ReleaseRecord) => record.version },
  { title: 'status', text: (record: ReleaseRecord) => record.status },
  ...names.map((name) => ({
    title: name,
    text: (record: ReleaseRecord) => inEnvironment(record, name)?.status ?? '-',
  })),
  { title: 'age', text: (record: ReleaseRecord) => ageOf(record.droppedAt, now) },
  { title: 'image', text: (record: ReleaseRecord) => record.image?.imageId ?? '-' },
  { title: 'digest', text: (record: ReleaseRecord) => record.image?.digest.slice(7, 19) ?? '-' },
  { title: 'why', text: whyOf },
];

const history = (name: string, now: Date): readonly Column[] => [
  { title: 'app', text: (record: ReleaseRecord) => record.app },
  { title: 'version', text: (record: ReleaseRecord) => record.version },
  { title: name, text: (record: ReleaseRecord) => inEnvironment(record, name)?.status ?? '-' },
  { title: 'since', text: (record: ReleaseRecord) => ageOf(inEnvironment(record, name)?.at ?? '', now) },
  { title: 'commit', text: (record: ReleaseRecord) => record.source?.commit?.slice(0, 12) ?? '-' },
  { title: 'digest', text: (record: ReleaseRecord) => record.image?.digest.slice(7, 19) ?? '-' },
  { title: 'why', text: (record: ReleaseRecord) => firstLine(inEnvironment(record, name)?.message) },
];

/** `kiln releases [app]`: every release and how it ended, everywhere or in one environment. */
export const releasesCommand = (): Command =>
  new Command('releases')
    .description('list releases, the newest first, with where each stands and the reason of every refusal')
    .argument('[app]', 'only this app')
    .option('--env <environment>', 'the history of this environment, the latest change first')
    .addHelpText('after', '\nExamples:\n  kiln releases\n  kiln releases hello --env prod')
    .action(async (app: string | undefined, { env }: ReleasesOptions, command: Command) => {
      const context = await openContext(command);
      const environments = await readEnvironments(context.documents);
      const records = await readReleaseRecords(context, app);
      const now = context.clock.now();
      const none = 'no release yet: kiln drop <artifact>';
      if (env === undefined) {
        const names = environments.map(({ name }) => name);
        context.output.table(records, overview(names, now), none);
        return;
      }
      const { name } = findEnvironment(env, environments);
      const atOf = (record: ReleaseRecord): string => inEnvironment(record, name)?.at ?? '';
      const ofEnvironment = records
        .filter((record) => inEnvironment(record, name) !== undefined)
        .toSorted((a, b) => atOf(b).localeCompare(atOf(a)));
      context.output.table(ofEnvironment, history(name, now), `nothing came to ${name} yet`);
    });
