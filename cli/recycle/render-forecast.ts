import type { RecyclingForecast } from '#pipeline/recycle/forecast';
import { clockTime } from '../clock-time.ts';
import { columnLines } from './column-lines.ts';
import { countText } from './count-text.ts';
import { renderOutlook } from './render-outlook.ts';
import { spanText } from './span-text.ts';

/** Where the whole list is wanted, `--json` gives it. */
const MOST_LINES = 200;

/** Which machine is replaced when, for people: the times are of this machine's time zone. */
export const renderForecast = (forecast: RecyclingForecast): string => {
  const { replacements, seed } = forecast;
  const from = new Date(forecast.from);
  const rows = replacements.flatMap(({ at, environment, app, retire }) =>
    retire.map(({ instanceId, zone, ageSeconds }) => [
      clockTime(at, from),
      environment,
      app,
      instanceId.startsWith('i-forecast-') ? 'one not launched yet' : instanceId,
      zone,
      spanText(ageSeconds),
    ]),
  );
  const span = `until ${clockTime(forecast.until, from)}`;
  const headline =
    rows.length === 0
      ? `no machine is replaced ${span} (seed '${seed}')`
      : `${countText(rows.length, 'machine')} in ${countText(replacements.length, 'batch', 'batches')} ${span}, if nothing else happens (seed '${seed}'):`;
  const left = rows.length - MOST_LINES;
  return [
    headline,
    ...(rows.length === 0
      ? []
      : columnLines([['WHEN', 'ENV', 'APP', 'MACHINE', 'ZONE', 'AGE'], ...rows.slice(0, MOST_LINES)])),
    ...(left > 0 ? [`  and ${left} more: --json lists them all`] : []),
    ...renderOutlook(forecast),
  ].join('\n');
};
