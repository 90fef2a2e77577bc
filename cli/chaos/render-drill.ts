import type { DrillReport } from './run-drill.ts';

const SHOWN_FAILURES = 5;

const renderLoad = ({ requests, failed, failures }: DrillReport): string[] => {
  if (requests === 0) return [];
  const first = failures
    .slice(0, SHOWN_FAILURES)
    .map(({ seconds, what }) => `  ${seconds.toFixed(1)} s  ${what}`);
  const others = failed > first.length && first.length > 0 ? [`  and ${failed - first.length} more`] : [];
  return [`${requests} requests meanwhile, ${failed} failed`, ...first, ...others];
};

/** What a drill showed, for people. */
export const renderDrill = (report: DrillReport): string => {
  const { killed, app, environment, recoverySeconds } = report;
  const machines = killed.map(({ instanceId, zone }) => `${instanceId} in ${zone}`).join(', ');
  const whole =
    recoverySeconds === undefined
      ? 'another release took over before it was whole'
      : `whole again after ${recoverySeconds.toFixed(1)} s`;
  return [`${app} in ${environment} lost ${machines}: ${whole}`, ...renderLoad(report)].join('\n');
};
