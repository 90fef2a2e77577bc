import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Logger } from './log.ts';

/** What Kiln announces; Slack, the console and the CLI are listeners. */
export type Announcement =
  | 'release.received'
  | 'release.baked'
  | 'release.tested'
  | 'release.registered'
  | 'release.rejected'
  | 'rollout.started'
  | 'rollout.shifted'
  | 'rollout.holding'
  | 'rollout.finished'
  | 'rollout.rolled-back'
  | 'rollback.requested'
  | 'rollback.finished'
  | 'approval.requested'
  | 'approval.decided'
  | 'approval.counted'
  | 'approval.granted'
  | 'approval.rejected'
  | 'approval.refused'
  | 'approval.closed'
  | 'recycling.started'
  | 'recycling.finished'
  /** A replacement never became healthy; the old machines serve on. */
  | 'recycling.failed'
  | 'recycling.blocked'
  /** A person, or another release, lets a blocked group be recycled again. */
  | 'recycling.unblocked'
  /** A group that was due was passed over, for the reason in the event. */
  | 'recycling.skipped'
  /** Nothing is recycled in the environment: too much is overdue at once, or the maximum uptime cannot be met. */
  | 'recycling.held'
  /** What held recycling in the environment is over. */
  | 'recycling.resumed'
  | 'chaos.leashed'
  | 'chaos.killed'
  | 'chaos.recovered'
  | 'chaos.unrecovered'
  | 'machine.ended'
  | 'environment.off'
  | 'environment.on';

/** Puts an event on Kiln's bus. */
export type Announce = (announcement: Announcement, detail: Record<string, unknown>) => Promise<void>;

/**
 * Announces on the event bus with source `kiln`. Nothing depends on a listener, so a failure is logged and the release
 * goes on.
 */
export const createAnnounce =
  (events: EventBridgeClient, eventBusName: string, log: Logger): Announce =>
  async (announcement, detail) => {
    try {
      const { FailedEntryCount = 0 } = await events.send(
        new PutEventsCommand({
          Entries: [
            {
              EventBusName: eventBusName,
              Source: 'kiln',
              DetailType: announcement,
              Detail: JSON.stringify(detail),
            },
          ],
        }),
      );
      if (FailedEntryCount > 0) log.warn('announcement refused', { announcement });
    } catch (error) {
      log.warn('announcement failed', { announcement, error: String(error) });
    }
  };
