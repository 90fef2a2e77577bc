import { Command } from 'commander';
import type { ReleaseRecord } from '#pipeline/model';
import { ageOf } from '../age.ts';
import { openContext } from '../command-context.ts';
import { readReleaseRecords } from '../release-records.ts';

const firstLine = (text: string | undefined): string => text?.split('\n')[0] ?? '';

/** `kiln releases [app]`: every release and how it ended. */
export const releasesCommand = (): Command =>
  new Command('releases')
    .description('list releases, the newest first, with the reason of every refusal')
    .argument('[app]', 'only this app')
    .action(async (app: string | undefined, _options: object, command: Command) => {
      const context = await openContext(command);
      const records = await readReleaseRecords(context, app);
      const now = new Date();
      context.output.table(
        records,
        [
          { title: 'app', text: (record: ReleaseRecord) => record.app },
          { title: 'version', text: (record: ReleaseRecord) => record.version },
          { title: 'status', text: (record: ReleaseRecord) => record.status },
          { title: 'age', text: (record: ReleaseRecord) => ageOf(record.droppedAt, now) },
          { title: 'image', text: (record: ReleaseRecord) => record.image?.imageId ?? '-' },
          { title: 'digest', text: (record: ReleaseRecord) => record.image?.digest.slice(7, 19) ?? '-' },
          { title: 'why', text: (record: ReleaseRecord) => firstLine(record.message) },
        ],
        'no release yet: kiln drop <artifact>',
      );
    });
