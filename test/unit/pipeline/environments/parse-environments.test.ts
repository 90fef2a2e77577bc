import { readFileSync } from 'node:fs';
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

describe('parseEnvironments', () => {
  test('a name is enough', () => {
    expect(parse('environments:\n  - name: dev')).toEqual([
      {
        name: 'dev',
        port: 8080,
        capacity: { min: 2, desired: 2, max: 4 },
        rollout: {
          steps: [{ weight: 100, pauseSeconds: 0 }],
          settleSeconds: 5,
          deadlineSeconds: 1800,
          alarms: { names: [], insufficientData: 'hold' },
        },
        warmBlueMinutes: 0,
        drainSeconds: 30,
        healthGraceSeconds: 120,
        uptimeGraceMinutes: 30,
        disruption: { machines: 1, percent: 10, alarms: [], overduePercent: 50 },
        chaos: expect.objectContaining({ enabled: false }),
        parameters: {},
        whileOff: 'wait',
      },
    ]);
  });

  test('the file of the project has dev, which everything enters, and prod, which asks and judges', () => {
    const [dev, prod, ...others] = parse(readFileSync('environments.yml', 'utf8'));
    expect(others).toEqual([]);
    expect(dev).toMatchObject({
      name: 'dev',
      port: 8080,
      capacity: { min: 2, desired: 2, max: 4 },
      rollout: { steps: [{ weight: 100 }] },
      warmBlueMinutes: 0,
      maximumUptimeMinutes: 60,
      chaos: { enabled: false },
    });
    expect(dev).not.toHaveProperty('approval');
    expect(dev?.rollout).not.toHaveProperty('judge');
    expect(prod).toMatchObject({
      name: 'prod',
      port: 8081,
      approval: { approvers: 1 },
      rollout: {
        steps: [{ weight: 10 }, { weight: 50 }, { weight: 100 }],
        judge: { baselineErrorRatio: 0.001, detectErrorRatio: 0.05 },
      },
      warmBlueMinutes: 15,
      maximumUptimeMinutes: 1440,
      chaos: { enabled: false },
    });
  });

  test('short forms stand for what they mean', () => {
    const [environment] = parse(
      withLines(
        'capacity: 3',
        'approval: 2',
        'rollout: { steps: [10, { weight: 100, pauseSeconds: 5 }], judge: true }',
      ),
    );
    expect(environment).toMatchObject({
      capacity: { min: 3, desired: 3, max: 6 },
      approval: { approvers: 2, users: [], requesterMayApprove: false, expiryMinutes: 1440 },
      rollout: {
        steps: [
          { weight: 10, pauseSeconds: 60 },
          { weight: 100, pauseSeconds: 5 },
        ],
        judge: { baselineErrorRatio: 0.001, detectErrorRatio: 0.05 },
      },
    });
    expect(parse(withLines('rollout: all-at-once'))).toEqual(parse(withLines()));
    expect(parse(withLines('capacity: { min: 1, max: 9 }'))[0]?.capacity).toEqual({
      min: 1,
      desired: 1,
      max: 9,
    });
  });

  test('ports count up from 8080 where none is given', () => {
    const text = 'environments:\n  - name: a\n  - { name: b, port: 80 }\n  - name: c';
    expect(parse(text).map(({ port }) => port)).toEqual([8080, 80, 8082]);
  });

  test('anchors and merges may say once what environments share', () => {
    const text = 'environments:\n  - &base { name: dev, drainSeconds: 7 }\n  - { <<: *base, name: prod }';
    expect(parse(text)).toMatchObject([
      { name: 'dev', drainSeconds: 7 },
      { name: 'prod', drainSeconds: 7, port: 8081 },
    ]);
  });

  test('F05: everything that is wrong is said at once, each with file, line and path', () => {
    const text = `environments:
  - name: dev
    port: 65536
  - name: prod
    rollout:
      steps:
        - weight: 0
        - weight: 50
        - weight: 40
    parameters:
      PORT_NUMBER: 8080
`;
    expect(problemsOf(text)).toEqual([
      'environments.yml:3: environments[0].port is 65536, expected 1 to 65535',
      'environments.yml:7: environments[1].rollout.steps[0].weight is 0, expected 1 to 100',
      'environments.yml:9: environments[1].rollout.steps[2].weight is 40, expected more than the 50 of the step before',
      'environments.yml:11: environments[1].parameters.PORT_NUMBER is 8080, expected text: put it in quotes',
    ]);
  });

  test.each([
    ['nothing', '', 'the file is empty, expected a mapping with: environments'],
    ['a list', '- name: dev', 'the file is a list, expected a mapping with: environments'],
    ['no environment', 'environments: []', 'expected at least one environment'],
    ['two documents', 'environments: [{ name: dev }]\n---\na: 1', 'multiple documents'],
    [
      'a name twice',
      'environments: [{ name: dev }, { name: dev }]',
      "environments[1].name is 'dev', too much like 'dev'",
    ],
    [
      'names that the template cannot tell apart',
      'environments: [{ name: pre-1 }, { name: pre1 }]',
      "too much like 'pre-1'",
    ],
    [
      'a port twice',
      'environments: [{ name: a }, { name: b, port: 8080 }]',
      "environments[1].port is 8080, which 'a' has already",
    ],
    [
      'a name with a capital',
      'environments: [{ name: Dev }]',
      "environments[0].name is 'Dev', expected a small letter",
    ],
    ['a name of Kiln’s', 'environments: [{ name: smoke }]', 'is a name that Kiln uses itself'],
    ['a list that holds itself', 'environments: &a [*a]', 'environments'],
    [
      'a key of every object',
      'environments: [{ name: dev, __proto__: { port: 1 } }]',
      '__proto__ is no known key',
    ],
  ])('F05: a file with %s is refused', (_what, text, problem) => {
    expect(problemsOf(text).join('\n')).toContain(problem);
  });

  test('F05: aliases that would blow up are refused in no time', () => {
    const rows = Array.from({ length: 12 }, (_, n) => {
      const items = Array.from({ length: 10 }, () => (n === 0 ? 'x' : `*a${n - 1}`));
      return `a${n}: &a${n} [${items.join(', ')}]`;
    });
    const started = performance.now();
    expect(problemsOf(rows.join('\n'))).toEqual([expect.stringContaining('is no valid YAML')]);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('F05: a file of more than a megabyte is refused unread', () => {
    expect(problemsOf('#'.repeat(1_048_577))).toEqual([expect.stringContaining('expected at most 1048576')]);
  });
});
