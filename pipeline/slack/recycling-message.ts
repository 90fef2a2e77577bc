import type { BudgetRecord } from '../disruption/budget-record.ts';
import type { RecyclingState } from '../recycle/recycling-state.ts';
import { code, moment, mrkdwn } from './mrkdwn.ts';
import { context, header, section } from './slack-message.ts';
import type { SlackMessage } from './slack-message.ts';

/** A message, and whether what it is about is over with it. */
export interface TroubleMessage {
  readonly message: SlackMessage;
  readonly isOver: boolean;
}

/** An app in an environment, and how recycling fares with the group that serves it. */
export interface RecyclingView {
  readonly app: string;
  readonly environment: string;
  readonly recycling: RecyclingState | undefined;
}

const messageOf = (headline: string, lines: readonly string[], small: string): SlackMessage => ({
  text: mrkdwn(headline, 300),
  blocks: [header(headline), section(lines), context([small])],
});

const times = (count: number): string => (count === 1 ? 'once' : `${count} times in a row`);

/** What is wrong with replacing the machines of an app, from its environment's document; over when nothing is. */
export const recyclingMessage = ({ app, environment, recycling }: RecyclingView): TroubleMessage => {
  const what = `${app} in ${environment}`;
  if (recycling === undefined || (recycling.failures === 0 && recycling.blockedSince === undefined)) {
    const headline = `Machines of ${what} are replaced again`;
    const lines = [
      ':large_green_circle: a replacement serves, another release does, or somebody lets it be tried again',
    ];
    return { message: messageOf(headline, lines, 'recycling'), isOver: true };
  }
  const { failures, lastFailure, blockedSince, groupName } = recycling;
  const small = `recycling · group ${mrkdwn(groupName, 100)}`;
  const why = lastFailure === undefined ? [] : [`> ${mrkdwn(lastFailure, 600)}`];
  if (blockedSince === undefined) {
    const headline = `Machines of ${what} could not be replaced`;
    const tried = `:warning: tried ${times(failures)}; the old machines serve on, and it is tried again`;
    return { message: messageOf(headline, [tried, ...why], small), isOver: false };
  }
  const lines = [
    `:no_entry: tried ${times(failures)}, given up ${moment(blockedSince)}; the old machines serve on and grow older`,
    ...why,
    `Release a fix, or try again: ${code(`kiln recycle --unblock ${app} --env ${environment}`, 200)}`,
  ];
  return {
    message: messageOf(`Machines of ${what} are no longer replaced`, lines, small),
    isOver: false,
  };
};

/** Why recycling holds in an environment, from its budget's document; over when it does not. */
export const holdMessage = (environment: string, held: BudgetRecord['held'] | undefined): TroubleMessage => {
  if (held === undefined) {
    const lines = [':large_green_circle: nothing holds it any more'];
    const headline = `Recycling goes on in ${environment}`;
    return { message: messageOf(headline, lines, 'recycling'), isOver: true };
  }
  const lines = [
    `:double_vertical_bar: ${mrkdwn(held.reason, 600)}`,
    `held ${moment(held.since)}; what would be replaced: ${code(`kiln recycle --env ${environment}`, 100)}`,
  ];
  return {
    message: messageOf(`Recycling holds in ${environment}`, lines, 'recycling'),
    isOver: false,
  };
};
