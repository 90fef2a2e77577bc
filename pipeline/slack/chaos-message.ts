import type { ChaosKill, ChaosRecord, LeashedKill } from '../chaos/chaos-record.ts';
import { code, moment, mrkdwn } from './mrkdwn.ts';
import { context, header, section } from './slack-message.ts';
import type { SlackMessage } from './slack-message.ts';

/** What is known of the end of a kill: nothing yet, or that nobody waits for the group any more. */
export interface KillView {
  readonly environment: string;
  /** Machines that went by the same id: one, or a zone's. */
  readonly kills: readonly [ChaosKill, ...ChaosKill[]];
  readonly gaveUp: boolean;
}

const machineLine = ({ instanceId, zone, missed }: ChaosKill): string =>
  `${code(instanceId, 40)} in ${mrkdwn(zone, 40)}${missed === undefined ? '' : `: ${mrkdwn(missed, 300)}`}`;

const recoveryLine = ({ environment, kills, gaveUp }: KillView): string => {
  if (kills.every(({ missed }) => missed !== undefined)) return ':white_circle: nothing was ended after all';
  const [{ app }] = kills;
  const whole = kills.find(({ wholeAt }) => wholeAt !== undefined);
  if (whole !== undefined) {
    const seconds =
      whole.recoverySeconds === undefined ? '' : ` after *${Math.round(whole.recoverySeconds)} s*`;
    return `:large_green_circle: the group was whole again${seconds}`;
  }
  return gaveUp
    ? `:red_circle: the group is not whole yet: ${code(`kiln ps ${app}`, 80)}, ${code('kiln doctor', 40)}; in ${mrkdwn(environment, 40)} nothing more is ended meanwhile`
    : ':hourglass_flowing_sand: the group replaces it';
};

/** The one message of a kill: who it was, and how long the group took to be whole again. */
export const killMessage = (view: KillView): SlackMessage => {
  const { environment, kills } = view;
  const [{ app, trigger, by, at, killId, groupName }] = kills;
  const who =
    trigger === 'drill' ? `a drill${by === undefined ? '' : ` by ${mrkdwn(by, 200)}`}` : 'the schedule';
  const machines = kills.length === 1 ? 'a machine' : `${kills.length} machines`;
  const headline = `Chaos took ${machines} of ${app} in ${environment}`;
  return {
    text: mrkdwn(headline, 300),
    blocks: [
      header(headline),
      section([recoveryLine(view), ...kills.map(machineLine), `${moment(at)}, ${who}`]),
      context([`${mrkdwn(killId, 150)} · group ${mrkdwn(groupName, 100)}`]),
    ],
  };
};

/** What chaos would have done, had it not been on the leash. */
export const leashedMessage = (environment: string, { app, instanceId, at }: LeashedKill): SlackMessage => {
  const headline = `On the leash: chaos would have taken a machine of ${app} in ${environment}`;
  return {
    text: mrkdwn(headline, 300),
    blocks: [section([`:dog: ${mrkdwn(headline, 300)}: ${code(instanceId, 40)}, ${moment(at)}`])],
  };
};

/** The message of a kill or of what the leash held back; undefined when the document has forgotten it. */
export const chaosMessage = (
  record: ChaosRecord | undefined,
  killId: string,
  gaveUp: boolean,
): SlackMessage | undefined => {
  if (record === undefined) return undefined;
  const [first, ...others] = record.kills.filter((kill) => kill.killId === killId);
  if (first !== undefined)
    return killMessage({ environment: record.environment, kills: [first, ...others], gaveUp });
  const leashed = record.leashed?.find((kill) => kill.killId === killId);
  return leashed === undefined ? undefined : leashedMessage(record.environment, leashed);
};
