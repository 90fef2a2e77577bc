import type { DeployedEnvironment } from '#pipeline/environments/environment';

/** Minutes as people say them: `45 min`, `6 h`, `7 days`. */
export const renderMinutes = (minutes: number): string => {
  if (minutes >= 2880 && minutes % 1440 === 0) return `${minutes / 1440} days`;
  return minutes >= 120 && minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
};

/** How old machines may get, in a few words. */
export const renderUptime = ({
  maximumUptimeMinutes,
}: Pick<DeployedEnvironment, 'maximumUptimeMinutes'>): string =>
  maximumUptimeMinutes === undefined ? 'any' : `at most ${renderMinutes(maximumUptimeMinutes)}`;

/** The same, and what happens to a machine that nobody replaced. */
export const renderUptimeRule = (environment: DeployedEnvironment): string =>
  environment.maximumUptimeMinutes === undefined
    ? 'any: machines are not replaced for their age'
    : `${renderUptime(environment)}; ${renderMinutes(environment.uptimeGraceMinutes)} later a machine powers itself off`;

/** How much may be out of service at once. */
export const renderBudget = ({ disruption }: Pick<DeployedEnvironment, 'disruption'>): string => {
  const { machines, percent, alarms, overduePercent } = disruption;
  const share = percent === 0 ? '' : ` or ${percent} %, whichever is more,`;
  const without = alarms.length === 0 ? '' : `, none while ${alarms.join(' or ')} is on`;
  return `${machines} machine${machines === 1 ? '' : 's'}${share} at once${without}; held when more than ${overduePercent} % are overdue`;
};

/** Whether chaos acts, in a word. */
export const renderChaosState = ({ chaos }: Pick<DeployedEnvironment, 'chaos'>): string => {
  if (!chaos.enabled) return 'off';
  return chaos.leashed ? 'leashed' : 'on';
};

/** Whether, when and on what chaos acts. */
export const renderChaosRule = ({ chaos }: Pick<DeployedEnvironment, 'chaos'>): string => {
  if (!chaos.enabled) return 'off';
  const { meanDays, minimumGapHours, hours, weekdays, timeZone, apps, exceptApps } = chaos;
  const days = `${hours.from}:00 to ${hours.until}:00 ${timeZone} on ${weekdays.join(', ')}`;
  const often = `one machine a group every ${meanDays === 1 ? 'such day' : `${meanDays} such days`} in the mean`;
  const except = exceptApps.length === 0 ? '' : ` except ${exceptApps.join(', ')}`;
  return [
    chaos.leashed ? 'on the leash: says what it would do' : 'on',
    often,
    `at least ${minimumGapHours} h apart`,
    days,
    `${apps === undefined ? 'every app' : apps.join(', ')}${except}`,
  ].join('; ');
};
