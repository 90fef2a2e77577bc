import type { DocumentStore } from '../documents/document-store.ts';
import { ENVIRONMENTS_KEY } from '../environments/read-environments.ts';
import type { EnvironmentsDocument } from '../environments/read-environments.ts';
import type { EnvironmentRecord, ReleaseRecord } from '../model.ts';
import { releaseKey } from '../release/release-record.ts';
import { environmentKey } from '../rollout/environment-record.ts';
import { releaseMessage } from './release-message.ts';
import type { EnvironmentView } from './release-message.ts';
import { showMessage } from './show-message.ts';
import type { ShowMessageDeps } from './show-message.ts';

export interface ShowReleaseInput {
  readonly app: string;
  readonly releaseId: string;
  readonly channel: string;
  /** False: only a message that stands already is rewritten. */
  readonly worthPosting: boolean;
}

const readViews = async (release: ReleaseRecord, documents: DocumentStore): Promise<EnvironmentView[]> => {
  const deployed = await documents.read<EnvironmentsDocument>(ENVIRONMENTS_KEY);
  const names = new Set([
    ...(deployed?.environments ?? []).map((environment) => environment.name),
    // An environment that was taken out of the file since.
    ...Object.keys(release.environments ?? {}),
  ]);
  return Promise.all(
    [...names].map(async (name) => {
      const record = await documents.read<EnvironmentRecord>(environmentKey(name, release.app));
      return { name, ...(record === undefined ? {} : { record }) };
    }),
  );
};

/** Makes the one message of a release say how the release is. */
export const showRelease = (
  { app, releaseId, channel, worthPosting }: ShowReleaseInput,
  deps: ShowMessageDeps,
): Promise<void> =>
  showMessage(
    {
      subject: { kind: 'releases', app, id: releaseId },
      channel,
      render: async () => {
        const release = await deps.documents.read<ReleaseRecord>(releaseKey({ app, releaseId }));
        if (release === undefined) return undefined;
        const views = await readViews(release, deps.documents);
        return { message: releaseMessage(release, views), worthPosting };
      },
    },
    deps,
  );
