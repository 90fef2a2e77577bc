import type { EndedMachine, EndReason } from '../machine/ended-machine.ts';
import { code, moment, mrkdwn } from './mrkdwn.ts';
import { context, header, section } from './slack-message.ts';
import type { SlackMessage } from './slack-message.ts';

/** What people are told of: ends that nobody planned. The others belong to a release, to recycling, to chaos. */
const UNPLANNED: Readonly<Partial<Record<EndReason, string>>> = {
  unhealthy: 'was unhealthy and is replaced',
  'dead-man': 'powered itself off: nobody had replaced it in time',
  'app-ended': 'ended, because its app did',
  interrupted: 'was taken by EC2',
};

/** Whether people are told. */
export const isUnplanned = ({ reason }: Pick<EndedMachine, 'reason'>): boolean => reason in UNPLANNED;

/** A machine's age in its two largest units. */
const ageText = (seconds: number): string => {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
};

/** The last of the machines of an app that ended for the same reason within an hour: a crash loop is one message. */
export const endedMachineMessage = (machine: EndedMachine): SlackMessage => {
  const { app, environment, version, instanceId, zone, reason, detail, ageSeconds, endedAt } = machine;
  const headline = `A machine of ${app} in ${environment} ${UNPLANNED[reason] ?? 'ended'}`;
  return {
    text: mrkdwn(headline, 300),
    blocks: [
      header(headline),
      section([
        `:black_square_for_stop: ${code(instanceId, 40)} in ${mrkdwn(zone, 40)}, release ${mrkdwn(version, 100)}, ${ageText(ageSeconds)} old, ${moment(endedAt)}`,
        ...(detail === '' ? [] : [`> ${mrkdwn(detail, 600)}`]),
        `Its console: ${code(`kiln ps --console ${instanceId}`, 100)}`,
      ]),
      context([
        `the last within this hour; all: ${code(`kiln ps --ended ${app} --env ${environment}`, 150)}`,
      ]),
    ],
  };
};
