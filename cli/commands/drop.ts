import { Command } from 'commander';
import type { ReleaseRecord } from '#pipeline/model';
import { openContext } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';
import { dropArtifact } from '../drop-artifact.ts';
import { onInterrupt } from '../interrupt.ts';
import { watchRelease } from '../progress/watch-release.ts';
import { UserError } from '../user-error.ts';

interface DropOptions {
  readonly app?: string;
  readonly version?: string;
  readonly wait: boolean;
}

const report = (record: ReleaseRecord, { output, stack }: CommandContext): void => {
  if (record.status === 'live' || output.json) {
    output.result(record, `${record.app} ${record.version} is live at ${stack.devUrl}`);
  }
  if (record.status === 'live') return;
  const [message, ...evidence] = (record.message ?? 'no reason is recorded').split('\n');
  throw new UserError(
    `release ${record.app} ${record.version} is ${record.status} (${record.reason}): ${message}`,
    'mend the artifact and drop it again; what served before still serves',
    { evidence: evidence.join('\n') },
  );
};

/** `kiln drop <artifact>`: puts an artifact into the bucket and follows its release. */
export const dropCommand = (): Command =>
  new Command('drop')
    .description('put an artifact (zip, tgz or a folder) into the bucket and follow its release')
    .argument('<artifact>', 'path of the artifact, for example hello-2.0.0.zip')
    .option('--app <app>', "the app; default: from the file's name or the folder's package.json")
    .option('--version <version>', 'the version; default: likewise')
    .option('--no-wait', 'do not follow the release')
    .action(async (path: string, options: DropOptions, command: Command) => {
      const context = await openContext(command);
      const release = await dropArtifact(
        { path, app: options.app, version: options.version },
        context.stack,
        context.connection,
      );
      context.output.line(`dropped s3://${release.bucket}/${release.key}`);
      if (!options.wait) {
        context.output.result(release, `release ${release.releaseId} starts: kiln releases ${release.app}`);
        return;
      }
      const signal = onInterrupt();
      try {
        const { record } = await watchRelease(release, { ...context, signal });
        report(record, context);
      } finally {
        if (signal.aborted) context.output.line(`the release goes on: kiln releases ${release.app}`);
      }
    });
