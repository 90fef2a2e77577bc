import { describe, expect, test } from '@jest/globals';
import { EnvironmentsFileError, parseEnvironments } from '#pipeline/environments/parse-environments';

const parse = (text: string) => parseEnvironments(text, 'environments.yml');

const problemsOf = (text: string): readonly string[] => {
  try {
    parse(text);
    return [];
  } catch (error) {
    if (error instanceof EnvironmentsFileError) return error.problems;
    throw error;
  }
};

/** The file with one environment that has these lines besides its name. */
const withLines = (...lines: string[]): string =>
  ['environments:', '  - name: prod', ...lines.map((line) => `    ${line}`)].join('\n');

describe('environmentsSchema', () => {
  test.each([
    ['an unknown key', 'capcity: 2', "capcity is no known key, did you mean 'capacity'?"],
    [
      'an unknown key deep inside',
      'approval: { aprovers: 1 }',
      "approval.aprovers is no known key, did you mean 'approvers'?",
    ],
    ['a key nothing is near to', 'colour: red', 'colour is no known key, expected one of: name, port,'],
    ['a wrong type', 'warmBlueMinutes: soon', "warmBlueMinutes is 'soon', expected 0 to 10080"],
    ['a fraction', 'drainSeconds: 1.5', 'drainSeconds is 1.5, expected 0 to 3600'],
    ['a huge number', 'port: 99999999999999999999', 'expected 1 to 65535'],
    ['an infinite number', 'drainSeconds: 1e999', 'drainSeconds is Infinity, expected 0 to 3600'],
    ['nothing where there must be something', 'capacity:', 'capacity is empty, expected a mapping'],
    ['no machine', 'capacity: 0', 'capacity is 0, expected 1 to 1000'],
    [
      'fewer than the least',
      'capacity: { min: 3, desired: 2 }',
      'capacity.desired is 2, expected at least min, 3',
    ],
    [
      'more than the most',
      'capacity: { desired: 5, max: 4 }',
      'capacity.max is 4, expected at least desired, 5',
    ],
    ['one zone', 'zones: [a]', 'zones has one zone, expected two or more'],
    ['a zone twice', 'zones: [a, a]', 'zones[1] is in the list twice'],
    [
      'a whole zone name',
      'zones: [eu-central-1a, b]',
      "zones[0] is 'eu-central-1a', expected a zone's last letter",
    ],
    [
      'an unknown strategy',
      'rollout: all-at-onc',
      "rollout is 'all-at-onc', expected 'all-at-once' or a mapping",
    ],
    [
      'steps that end early',
      'rollout: { steps: [10, 50] }',
      'rollout.steps[1] is 50, expected 100 in the last step',
    ],
    ['no step', 'rollout: { steps: [] }', 'rollout.steps is a list, expected a list of 1 to 20'],
    [
      'steps that outlast a rollout',
      'rollout: { steps: [1, 2, 3, 100], deadlineSeconds: 14400 }',
      'rollout.steps has steps that may take 17 hours in all, at most 12 are possible',
    ],
    [
      'a judge who catches nothing',
      'rollout: { judge: { baselineErrorRatio: 0.05 } }',
      'expected at least twice the baselineErrorRatio, 0.05',
    ],
    [
      'a canary larger than the fleet',
      'rollout: { canaryMachines: 3 }',
      'rollout.canaryMachines is 3, expected at most the desired capacity, 2',
    ],
    [
      'more approvers than users',
      'approval: { approvers: 2, users: [U1] }',
      'approval.approvers is 2, expected at most 1',
    ],
    [
      'an instance type that is none',
      'instanceType: small',
      "instanceType is 'small', expected an instance type",
    ],
    [
      'a cron expression of Unix',
      "offHours: { off: '0 20 * * 1-5', on: '0 7 ? * MON-FRI *' }",
      "offHours.off is '0 20 * * 1-5', expected six fields",
    ],
    [
      'both day fields',
      "offHours: { off: '0 20 * * MON *', on: '0 7 ? * MON-FRI *' }",
      "expected '?' in exactly one of its day fields",
    ],
    [
      'a time that never comes',
      "offHours: { off: '0 20 30 2 ? *', on: '0 7 ? * MON-FRI *' }",
      'expected a time that comes at least once more',
    ],
    [
      'a time zone that is none',
      "offHours: { off: '0 20 ? * * *', on: '0 7 ? * * *', timeZone: Europe/Atlantis }",
      "timeZone is 'Europe/Atlantis', expected a name of the IANA time zone database",
    ],
    [
      'an offset as time zone',
      "offHours: { off: '0 20 ? * * *', on: '0 7 ? * * *', timeZone: '+01:00' }",
      "timeZone is '+01:00', expected a name",
    ],
    [
      'off and on at once',
      "offHours: { off: '0 20 ? * * *', on: '0 20 ? * * *' }",
      "expected another time than that of 'off'",
    ],
    ['a parameter with = in its name', "parameters: { 'A=B': x }", 'parameters.A=B is no variable name'],
    ["a parameter of Kiln's", 'parameters: { KILN_ENV: x }', "parameters.KILN_ENV is Kiln's own"],
    ['the port as parameter', "parameters: { PORT: '1' }", 'parameters.PORT is set by Kiln'],
    [
      'a line break in a value',
      'parameters: { A: "b\\nKILN_ENV=x" }',
      'parameters.A has a line break or NUL',
    ],
    ['NUL in a value', 'parameters: { A: "b\\0" }', 'parameters.A has a line break or NUL'],
    ['a number as value', 'parameters: { A: 1.10 }', 'parameters.A is 1.1, expected text: put it in quotes'],
    [
      'more than user data holds',
      `parameters: { A: ${'x'.repeat(16_000)} }`,
      'parameters has 16005 bytes, expected at most 15360',
    ],
    [
      'a maximum uptime that nothing can keep',
      'maximumUptimeMinutes: 1',
      'maximumUptimeMinutes is 1, expected at least 2: replacing 2 machines of an app takes 80 s at best, with drainSeconds 30',
    ],
    [
      'a maximum uptime without room for a machine more',
      'capacity: { desired: 2, max: 2 }\n    maximumUptimeMinutes: 60',
      'capacity.max is 2, expected more than desired, 2: with maximumUptimeMinutes a machine is launched before another goes',
    ],
    ['no maximum uptime', 'maximumUptimeMinutes: 0', 'maximumUptimeMinutes is 0, expected 1 to 604800'],
    ['no grace', 'uptimeGraceMinutes: 0', 'uptimeGraceMinutes is 0, expected 1 to 10080'],
    ['a budget of nothing', 'disruption: { machines: 0 }', 'disruption.machines is 0, expected 1 to 1000'],
    ['a budget of everything', 'disruption: { percent: 100 }', 'disruption.percent is 100, expected 0 to 50'],
    [
      'a circuit breaker that is always open',
      'disruption: { overduePercent: 0 }',
      'disruption.overduePercent is 0, expected 1 to 100',
    ],
    [
      'an alarm without a name',
      "disruption: { alarms: [''] }",
      "disruption.alarms[0] is '', expected an alarm's name",
    ],
    [
      'a key of disruption that is none',
      'disruption: { machine: 2 }',
      "disruption.machine is no known key, did you mean 'machines'?",
    ],
    [
      'chaos as a word',
      'chaos: leashed',
      "chaos is 'leashed', expected true, false or a mapping with: enabled,",
    ],
    [
      'a key of chaos that is none',
      'chaos: { leash: true }',
      "chaos.leash is no known key, did you mean 'leashed'?",
    ],
    [
      'hours that end before they begin',
      'chaos: { hours: { from: 15, until: 9 } }',
      'chaos.hours.until is 9, expected more than from, 15',
    ],
    ['half of the hours', 'chaos: { hours: { from: 9 } }', 'chaos.hours.until is missing, expected 1 to 24'],
    [
      'a weekday in full',
      'chaos: { weekdays: [Monday] }',
      "chaos.weekdays[0] is 'Monday', expected one of MON, TUE, WED, THU, FRI, SAT, SUN",
    ],
    ['no weekday', 'chaos: { weekdays: [] }', 'chaos.weekdays is a list, expected a list of 1 to 7'],
    [
      "chaos in a time zone that's none",
      'chaos: { timeZone: Europe/Atlantis }',
      "chaos.timeZone is 'Europe/Atlantis', expected a name",
    ],
    ['chaos every zeroth day', 'chaos: { meanDays: 0 }', 'chaos.meanDays is 0, expected 1 to 365'],
    [
      'an app that takes part and does not',
      'chaos: { apps: [hello, shop], exceptApps: [shop] }',
      'chaos.exceptApps[0] is in apps too',
    ],
    [
      'a kind of fault that is none',
      'chaos: { kinds: [burn] }',
      "chaos.kinds[0] is 'burn', expected 'terminate'",
    ],
    [
      'chaos that would end the only machine',
      'capacity: { desired: 1, max: 1 }\n    chaos: true',
      'capacity.max is 1, expected at least 2 with chaos',
    ],
    ['a type that is not YAML’s own', 'drainSeconds: !!js/function x', 'is no valid YAML'],
    ['a key twice', 'port: 1\n    port: 2', 'is no valid YAML: Map keys must be unique'],
  ])('F05: %s is refused', (_what, line, problem) => {
    const [first = '', ...more] = problemsOf(withLines(line));
    expect(first).toContain(problem);
    expect(first).toMatch(/^environments\.yml:\d+: /);
    expect(more).toEqual([]);
  });

  test('F05: a credential is refused and not repeated', () => {
    const [problem = ''] = problemsOf(withLines('parameters: { KEY: AKIAABCDEFGHIJKLMNOP }'));
    expect(problem).toContain('parameters.KEY looks like a credential');
    expect(problem).not.toContain('AKIA');
  });

  test('chaos is off, on the leash, or free, as the file says', () => {
    const chaosOf = (...lines: string[]) => parse(withLines(...lines))[0]?.chaos;
    expect(chaosOf()).toMatchObject({ enabled: false, leashed: true });
    expect(chaosOf('chaos: false')).toMatchObject({ enabled: false });
    expect(chaosOf('chaos: true')).toMatchObject({
      enabled: true,
      leashed: true,
      meanDays: 5,
      minimumGapHours: 24,
      hours: { from: 9, until: 15 },
      weekdays: ['MON', 'TUE', 'WED', 'THU', 'FRI'],
      timeZone: 'UTC',
      exceptApps: [],
      kinds: ['terminate'],
    });
    expect(chaosOf('chaos: { leashed: false }')).toMatchObject({ enabled: true, leashed: false });
    expect(chaosOf('chaos: { enabled: false, meanDays: 2 }')).toMatchObject({ enabled: false, meanDays: 2 });
  });

  test('the shortest maximum uptime grows with machines and draining, and shrinks with what may go at once', () => {
    const shortest = (...lines: string[]): number | undefined =>
      [1, 2, 3, 4, 5, 7, 14, 17, 20, 34].find(
        (minutes) => problemsOf(withLines(`maximumUptimeMinutes: ${minutes}`, ...lines)).length === 0,
      );
    expect(shortest('capacity: 4', 'drainSeconds: 5')).toBe(1);
    expect(shortest('capacity: 4', 'drainSeconds: 30')).toBe(3);
    expect(shortest('capacity: 20', 'drainSeconds: 30')).toBe(7);
    expect(shortest('capacity: 20', 'drainSeconds: 30', 'disruption: { percent: 0 }')).toBe(14);
    expect(shortest('capacity: 20', 'drainSeconds: 90')).toBe(17);
  });
});
