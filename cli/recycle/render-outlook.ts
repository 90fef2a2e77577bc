import type { RecyclingPlan } from '#pipeline/recycle/fleet';
import { columnLines } from './column-lines.ts';
import { countText } from './count-text.ts';
import { spanText } from './span-text.ts';

/** What a plan and a forecast both say besides what is replaced. */
export type Outlook = Pick<RecyclingPlan, 'skipped' | 'passedOver' | 'held' | 'turnOver'>;

/** Groups and machines that stay though they are due, a line each. */
export const skippedLines = ({
  skipped,
  passedOver,
}: Pick<Outlook, 'skipped' | 'passedOver'>): readonly string[] => {
  const rows = [
    ...skipped.map(({ environment, app, due, reason }) => [
      environment,
      app,
      countText(due, 'machine'),
      reason,
    ]),
    ...passedOver.flatMap(({ environment, app, machines }) =>
      machines.map(({ instanceId, reason }) => [environment, app, instanceId, reason]),
    ),
  ];
  return rows.length === 0 ? [] : ['', 'passed over though due:', ...columnLines(rows)];
};

/** Environments in which nothing is recycled, a line each. */
export const heldLines = ({ held }: Pick<Outlook, 'held'>): readonly string[] =>
  held.length === 0
    ? []
    : ['', 'held:', ...columnLines(held.map(({ environment, reason }) => [environment, reason]))];

const turnOverLines = ({ turnOver }: Outlook): readonly string[] => {
  const rows = turnOver
    .filter(({ machines }) => machines > 0)
    .map(({ environment, machines, seconds, maximumUptimeSeconds, possible }) => [
      environment,
      countText(machines, 'machine'),
      `${spanText(seconds)}${possible ? '' : ', which is too long'}`,
      maximumUptimeSeconds === undefined
        ? 'no maximum uptime'
        : `maximum uptime ${spanText(maximumUptimeSeconds)}`,
    ]);
  return rows.length === 0 ? [] : ['', 'replacing everything once takes:', ...columnLines(rows)];
};

/** Groups that were passed over, environments that are held, and how long a full turn-over takes. */
export const renderOutlook = (outlook: Outlook): readonly string[] => [
  ...skippedLines(outlook),
  ...heldLines(outlook),
  ...turnOverLines(outlook),
];
