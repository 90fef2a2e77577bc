import { approvalKey } from '../approval/approval-record.ts';
import type { ApprovalRecord } from '../approval/approval-record.ts';
import type { EnvironmentRecord } from '../model.ts';
import { environmentKey } from '../rollout/environment-record.ts';
import { approvalMessage } from './approval-message.ts';
import { readPlace } from './message-store.ts';
import { isSlackUser, mrkdwn } from './mrkdwn.ts';
import { showMessage } from './show-message.ts';
import type { ShowMessageDeps } from './show-message.ts';
import { isAboutMachines, showMachines, showRecycling } from './show-machines.ts';
import { showRelease } from './show-release.ts';
import { lastingErrorOf } from './slack-client.ts';
import type { SlackClient } from './slack-client.ts';
import type { ReadSlackSettings, SlackSettings } from './slack-settings.ts';

/** An event of Kiln's bus, as far as Slack's messages need it: never with a task token. */
export interface KilnNews {
  readonly announcement: string;
  readonly app?: string | undefined;
  readonly releaseId?: string | undefined;
  readonly approvalId?: string | undefined;
  /** Releases that a rollback leaves and comes to. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly environment?: string | undefined;
  readonly version?: string | undefined;
  readonly user?: string | undefined;
  readonly via?: string | undefined;
  readonly reason?: string | undefined;
  readonly killId?: string | undefined;
  readonly instanceId?: string | undefined;
}

export interface NotifySlackDeps extends Omit<ShowMessageDeps, 'client'> {
  readonly settings: ReadSlackSettings;
  readonly connect: (settings: SlackSettings) => SlackClient;
}

const showApproval = (
  app: string,
  approvalId: string,
  channel: string,
  deps: ShowMessageDeps,
): Promise<void> =>
  showMessage(
    {
      subject: { kind: 'approvals', app, id: approvalId },
      channel,
      render: async () => {
        const approval = await deps.documents.read<ApprovalRecord>(approvalKey({ app, approvalId }));
        if (approval === undefined) return undefined;
        // What nobody saw while it was open is no news now that it is closed.
        return { message: approvalMessage(approval), worthPosting: approval.status === 'pending' };
      },
    },
    deps,
  );

const explainRefusal = async (
  news: KilnNews,
  app: string,
  channel: string,
  deps: ShowMessageDeps,
): Promise<void> => {
  const { user = '', approvalId = '', version, environment } = news;
  if (!isSlackUser(user)) return;
  const place = await readPlace({ kind: 'approvals', app, id: approvalId }, deps);
  const what =
    version === undefined || environment === undefined ? app : `${app} ${version} for ${environment}`;
  const text = `Your decision on *${mrkdwn(what, 200)}* did not count: ${mrkdwn(news.reason ?? 'no reason given', 1000)}`;
  await deps.client.whisper(place?.channel ?? channel, user, text);
};

/** No event names the releases whose place was taken; their messages must not go on to say that they serve. */
const showReplaced = async (
  app: string,
  environment: string,
  channel: string,
  deps: ShowMessageDeps,
): Promise<void> => {
  const record = await deps.documents.read<EnvironmentRecord>(environmentKey(environment, app));
  const replaced = new Set([
    ...(record?.retiring ?? []).map((deployment) => deployment.releaseId),
    record?.warm?.deployment.releaseId,
    record?.previous?.[0]?.releaseId,
  ]);
  for (const releaseId of replaced) {
    if (releaseId !== undefined && releaseId !== record?.current?.releaseId)
      await showRelease({ app, releaseId, channel, worthPosting: false }, deps);
  }
};

/** Whatever a new release in an environment says without naming it. */
const afterRollout = (
  app: string,
  environment: string,
  channel: string,
  deps: ShowMessageDeps,
): readonly Promise<void>[] => [
  showReplaced(app, environment, channel, deps),
  showRecycling(app, environment, channel, deps),
];

const tasksFor = (news: KilnNews, channel: string, deps: ShowMessageDeps): readonly Promise<void>[] => {
  const { announcement, app, approvalId } = news;
  if (isAboutMachines(announcement)) return showMachines(news, channel, deps);
  // What comes of a decision is announced as well, and only then is it in the approval's document.
  if (app === undefined || announcement === 'approval.decided') return [];
  const releaseIds = new Set(
    [news.releaseId, news.from, news.to].filter((releaseId) => releaseId !== undefined),
  );
  const replacing = announcement === 'rollout.finished' && news.environment !== undefined;
  const refused = announcement === 'approval.refused' && news.via === 'slack';
  return [
    ...(approvalId === undefined ? [] : [showApproval(app, approvalId, channel, deps)]),
    ...[...releaseIds].map((releaseId) => showRelease({ app, releaseId, channel, worthPosting: true }, deps)),
    ...(replacing ? afterRollout(app, news.environment, channel, deps) : []),
    ...(refused ? [explainRefusal(news, app, channel, deps)] : []),
  ];
};

/**
 * Shows in Slack what an event of the bus is about. Everything shown is read from the documents, so that lost, repeated
 * and reordered events do no harm. An error of Slack's that will not pass is logged; any other is thrown, so that
 * Lambda tries again later. No release waits for it.
 */
export const notifySlack = async (news: KilnNews, deps: NotifySlackDeps): Promise<void> => {
  const settings = await deps.settings();
  if (settings === undefined) return;
  const client = deps.connect(settings);
  const results = await Promise.allSettled(tasksFor(news, settings.channel, { ...deps, client }));
  const errors = results
    .filter((result) => result.status === 'rejected')
    .map(({ reason }) => reason as unknown);
  for (const error of errors) {
    const { announcement, app, releaseId } = news;
    deps.log.error('slack not told', { announcement, app, releaseId, failure: String(error) });
  }
  const passing = errors.find((error) => lastingErrorOf(error) === undefined);
  if (passing !== undefined) throw passing;
};
