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
});
