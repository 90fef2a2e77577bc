import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { ApprovalDecided } from '../approval/approval-record.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { parseInteraction } from './parse-interaction.ts';
import type { ReadSlackSettings } from './slack-settings.ts';
import { verifySignature } from './verify-signature.ts';
import type { SignedRequest } from './verify-signature.ts';

/** Slack shows an error after 3 seconds (AWS-FACTS 4.7); a cold start takes its share of them. */
const PATIENCE_MILLISECONDS = 2000;

/** A request that claims to be Slack's. */
export interface InteractionRequest extends SignedRequest {
  readonly method: string;
}

/** What becomes of it: only `accepted` has an effect. */
export type InteractionOutcome = 'accepted' | 'malformed' | 'unauthenticated';

export interface HandleInteractionDeps {
  readonly settings: ReadSlackSettings;
  readonly events: EventBridgeClient;
  readonly eventBusName: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly patienceMilliseconds?: number;
}

const publish = async (
  decided: ApprovalDecided,
  deps: HandleInteractionDeps,
  signal: AbortSignal,
): Promise<void> => {
  const { FailedEntryCount = 0, Entries = [] } = await deps.events.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: deps.eventBusName,
          Source: 'kiln',
          DetailType: 'approval.decided',
          Detail: JSON.stringify(decided),
        },
      ],
    }),
    { abortSignal: signal },
  );
  if (FailedEntryCount > 0) {
    throw new Error(
      `decision on approval '${decided.approvalId}' was not put on the bus: ${Entries[0]?.ErrorCode ?? 'no reason given'}`,
    );
  }
};

/**
 * Takes a click from Slack: whoever signed it properly, within five minutes, has said a word on an approval. It is put
 * on the bus and that is all that Slack waits for; whether the word counts is decided behind the bus, once, so that a
 * second click or a replay has no effect. What cannot be put on the bus fails, and Slack shows that.
 */
export const handleInteraction = async (
  request: InteractionRequest,
  deps: HandleInteractionDeps,
): Promise<InteractionOutcome> => {
  const signal = AbortSignal.timeout(deps.patienceMilliseconds ?? PATIENCE_MILLISECONDS);
  const settings = await deps.settings(signal);
  const verdict =
    settings === undefined
      ? 'not connected'
      : verifySignature(request, { secrets: settings.signingSecrets, now: deps.clock.now() });
  if (settings === undefined || verdict !== 'valid') {
    deps.log.warn('interaction refused', { verdict });
    return 'unauthenticated';
  }
  const interaction =
    request.method === 'POST'
      ? parseInteraction(request.body, settings)
      : { kind: 'malformed' as const, reason: 'method is not POST' };
  if (interaction.kind === 'malformed') {
    deps.log.warn('interaction malformed', { reason: interaction.reason });
    return 'malformed';
  }
  await publish(interaction.decided, deps, signal);
  const { approvalId, decision, user } = interaction.decided;
  deps.log.info('decision taken', { approvalId, decision, user });
  return 'accepted';
};
