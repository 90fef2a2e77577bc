import { Command } from 'commander';
import { readEnvironments } from '#pipeline/environments/read-environments';
import type { Release, SourceMetadata } from '#pipeline/model';
import { callerArn } from '../caller.ts';
import { openContext } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';
import { dropArtifact } from '../drop-artifact.ts';
import { onInterrupt } from '../interrupt.ts';
import { watchRelease } from '../progress/watch-release.ts';
import type { WatchedRelease } from '../progress/watch-release.ts';
import { UserError } from '../user-error.ts';

interface DropOptions {
  readonly app?: string;
  readonly version?: string;
  readonly commit?: string;
  readonly author?: string;
  readonly message?: string;
  readonly wait: boolean;
}

const sourceOf = ({ commit, author, message }: DropOptions, user: string): SourceMetadata => ({
  ...(commit === undefined ? {} : { commit }),
  ...(author === undefined ? {} : { author }),
  ...(message === undefined ? {} : { message }),
  user,
});

const fail = ({ record }: WatchedRelease): never => {
  const stopped = Object.entries(record.environments ?? {}).find(([, { reason }]) => reason !== undefined);
  const { status, reason, message } = stopped?.[1] ?? record;
  const where = stopped === undefined ? '' : ` in ${stopped[0]}`;
  const [first, ...evidence] = (message ?? record.message ?? 'no reason is recorded').split('\n');
  throw new UserError(
    `release ${record.app} ${record.version} is ${status}${where} (${reason}): ${first}`,
    'mend the artifact and drop it again; what served before still serves',
    { evidence: evidence.join('\n') },
  );
};

const report = async (watched: WatchedRelease, { output, documents }: CommandContext): Promise<void> => {
  const { record, outcome } = watched;
  const { app, version } = record;
  if (outcome.kind === 'ended') {
    if (output.json) output.result(record, '');
    fail(watched);
    return;
  }
  const environments = await readEnvironments(documents);
  const live = environments.findLast(({ name }) => record.environments?.[name]?.status === 'live');
  const isLive = live === undefined ? [] : [`${app} ${version} is live in ${live.name} at ${live.url}`];
  const next =
    outcome.kind === 'awaiting-approval'
      ? [`${outcome.environment} awaits approval: kiln approve ${app} --env ${outcome.environment}`]
      : [];
  output.result(record, [...isLive, ...next].join('\n'));
};

const follow = async (release: Release, context: CommandContext): Promise<void> => {
  const signal = onInterrupt();
  try {
    await report(await watchRelease(release, { ...context, signal }), context);
  } finally {
    if (signal.aborted) context.output.line(`the release goes on: kiln releases ${release.app}`);
  }
};

/** `kiln drop <artifact>`: puts an artifact into the bucket and follows its release. */
export const dropCommand = (): Command =>
  new Command('drop')
    .description(
      'put an artifact (zip, tgz or a folder) into the bucket and follow its release as far as it goes by itself',
    )
    .argument('<artifact>', 'path of the artifact, for example hello-2.0.0.zip')
    .option('--app <app>', "the app; default: from the file's name or the folder's package.json")
    .option('--version <version>', 'the version; default: likewise')
    .option('--commit <commit>', 'the commit it was made of; default: that of the folder, where git knows it')
    .option('--author <author>', 'whose commit that is; default: likewise')
    .option('--message <message>', 'what the commit says; default: likewise')
    .option('--no-wait', 'do not follow the release')
    .addHelpText(
      'after',
      '\nExamples:\n  kiln drop hello-2.0.0.zip\n  kiln drop dist --app hello --version 2.0.0 --commit "$GIT_COMMIT" --no-wait',
    )
    .action(async (path: string, options: DropOptions, command: Command) => {
      const context = await openContext(command);
      const { connection, output, stack } = context;
      const source = sourceOf(options, await callerArn(connection));
      const { app, version } = options;
      const release = await dropArtifact({ path, app, version, source }, stack, connection);
      output.line(`dropped s3://${release.bucket}/${release.key}`);
      if (options.wait) await follow(release, context);
      else output.result(release, `release ${release.releaseId} starts: kiln releases ${release.app}`);
    });
