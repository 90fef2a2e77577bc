import type * as SFN from '@aws-sdk/client-sfn';
import type { HistoryEvent } from '../../states-language/history-event.ts';
import type { StatesDeps } from './deps.ts';
import { requireArn } from './names.ts';
import { pagePosition, pageSize, pageToken } from './page-token.ts';

const dataMembers = new Set(['input', 'output', 'parameters', 'assignedVariables']);

const withoutData = (details: object): object =>
  Object.fromEntries(Object.entries(details).filter(([member]) => !dataMembers.has(member)));

const present = ({ timestamp, ...event }: HistoryEvent, withData: boolean): SFN.HistoryEvent => {
  const shown = withData
    ? event
    : Object.fromEntries(
        Object.entries(event).map(([member, value]) => [
          member,
          typeof value === 'object' && value !== null ? withoutData(value) : value,
        ]),
      );
  return { ...(shown as Omit<SFN.HistoryEvent, 'timestamp'>), timestamp: new Date(timestamp) };
};

/** GetExecutionHistory. */
export const getExecutionHistory = (
  { executions, journals, runner }: StatesDeps,
  input: SFN.GetExecutionHistoryInput,
): SFN.GetExecutionHistoryOutput => {
  const record = executions.require(requireArn(input.executionArn, 'execution'));
  runner.flush(record.arn);
  const limit = pageSize(input.maxResults);
  const after = pagePosition(input.nextToken);
  const events = journals.events(record.id, {
    reverse: input.reverseOrder ?? false,
    limit: limit + 1,
    ...(after === undefined ? {} : { after }),
  });
  const page = events.slice(0, limit);
  const last = page.at(-1);
  return {
    events: page.map((event) => present(event, input.includeExecutionData ?? true)),
    ...(events.length > limit && last !== undefined ? { nextToken: pageToken(last.id) } : {}),
  };
};
