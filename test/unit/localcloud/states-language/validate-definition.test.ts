import { describe, expect, test } from '@jest/globals';
import { validateDefinition } from '#localcloud/states-language/validate-definition';

const pass = { Type: 'Pass', End: true };
const machine = (states: object, more: object = {}): object => ({
  QueryLanguage: 'JSONata',
  StartAt: 'A',
  States: states,
  ...more,
});
const task = (more: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  End: true,
  ...more,
});

const problems = (definition: unknown): string[] =>
  validateDefinition(definition).map(({ code, location }) => `${code} ${location}`);

describe('a definition', () => {
  test('with all that is allowed has no problems', () => {
    const full = machine({
      A: task({
        Arguments: { FunctionName: 'f' },
        Retry: [
          {
            ErrorEquals: ['E'],
            IntervalSeconds: 1,
            BackoffRate: 1.5,
            MaxAttempts: 0,
            MaxDelaySeconds: 9,
            JitterStrategy: 'FULL',
          },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], Comment: 'why', Assign: { x: 1 }, Output: {}, Next: 'B' }],
        TimeoutSeconds: '{% 5 %}',
        HeartbeatSeconds: 3,
      }),
      B: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'C' }], Default: 'D' },
      C: { Type: 'Parallel', Branches: [{ StartAt: 'E', States: { E: pass } }], Next: 'D' },
      D: {
        Type: 'Map',
        Items: [],
        ItemProcessor: { StartAt: 'F', States: { F: { Type: 'Succeed' } } },
        End: true,
      },
    });
    expect(problems(full)).toEqual([]);
  });

  test.each([
    ['no object', [], 'SCHEMA_VALIDATION_FAILED /'],
    ['no states', machine({}), 'SCHEMA_VALIDATION_FAILED /States'],
    ['an unknown start', machine({ B: pass }), 'MISSING_TRANSITION_TARGET /StartAt'],
    [
      'an unknown next state',
      machine({ A: { Type: 'Pass', Next: 'B' } }),
      'MISSING_TRANSITION_TARGET /States/A/Next',
    ],
    ['a state that leads nowhere', machine({ A: { Type: 'Pass' } }), 'SCHEMA_VALIDATION_FAILED /States/A'],
    ['Next and End', machine({ A: { ...pass, Next: 'A' } }), 'SCHEMA_VALIDATION_FAILED /States/A'],
    ['an unknown type', machine({ A: { Type: 'Loop' } }), 'SCHEMA_VALIDATION_FAILED /States/A/Type'],
    [
      'a JSONPath field',
      machine({ A: { ...pass, ResultPath: '$' } }),
      'SCHEMA_VALIDATION_FAILED /States/A/ResultPath',
    ],
    ['JSONPath', { StartAt: 'A', States: { A: pass } }, 'SCHEMA_VALIDATION_FAILED /States/A/QueryLanguage'],
    [
      'an expression that does not parse',
      machine({ A: { ...pass, Output: { a: '{% 1 + %}' } } }),
      'SCHEMA_VALIDATION_FAILED /States/A/Output/a',
    ],
    [
      '$eval',
      machine({ A: { ...pass, Output: '{% [$eval("1")] %}' } }),
      'SCHEMA_VALIDATION_FAILED /States/A/Output',
    ],
    [
      'an unknown resource',
      machine({ A: task({ Resource: 'lambda' }) }),
      'SCHEMA_VALIDATION_FAILED /States/A/Resource',
    ],
    [
      'a heartbeat longer than the time-out',
      machine({ A: task({ HeartbeatSeconds: 9, TimeoutSeconds: 5 }) }),
      'SCHEMA_VALIDATION_FAILED /States/A/HeartbeatSeconds',
    ],
    [
      'a time-out of nothing',
      machine({ A: task({ TimeoutSeconds: 0 }) }),
      'SCHEMA_VALIDATION_FAILED /States/A/TimeoutSeconds',
    ],
    [
      'States.ALL beside others',
      machine({ A: task({ Catch: [{ ErrorEquals: ['States.ALL', 'E'], Next: 'A' }] }) }),
      'SCHEMA_VALIDATION_FAILED /States/A/Catch[0]/ErrorEquals',
    ],
    [
      'a catch to nowhere',
      machine({ A: task({ Catch: [{ ErrorEquals: ['E'], Next: 'B' }] }) }),
      'MISSING_TRANSITION_TARGET /States/A/Catch[0]/Next',
    ],
    [
      'a shrinking back-off',
      machine({ A: task({ Retry: [{ ErrorEquals: ['E'], BackoffRate: 0.5 }] }) }),
      'SCHEMA_VALIDATION_FAILED /States/A/Retry[0]/BackoffRate',
    ],
    [
      'no choices',
      machine({ A: { Type: 'Choice', Choices: [] } }),
      'SCHEMA_VALIDATION_FAILED /States/A/Choices',
    ],
    [
      'two ways to wait',
      machine({ A: { Type: 'Wait', Seconds: 1, Timestamp: 't', End: true } }),
      'SCHEMA_VALIDATION_FAILED /States/A',
    ],
    [
      'a variable named states',
      machine({ A: { ...pass, Assign: { states: 1 } } }),
      'SCHEMA_VALIDATION_FAILED /States/A/Assign/states',
    ],
    [
      'a distributed map',
      machine({
        A: {
          Type: 'Map',
          ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'B', States: { B: pass } },
          End: true,
        },
      }),
      'SCHEMA_VALIDATION_FAILED /States/A/ItemProcessor/ProcessorConfig/Mode',
    ],
    [
      'a name used twice',
      machine({ A: { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: pass } }], End: true } }),
      'DUPLICATE_STATE_NAME /States/A/Branches[0]/States/A',
    ],
    [
      'a broken branch',
      machine({ A: { Type: 'Parallel', Branches: [{ StartAt: 'C', States: { B: pass } }], End: true } }),
      'MISSING_TRANSITION_TARGET /States/A/Branches[0]/StartAt',
    ],
    [
      'a time-out that is no number',
      machine({ A: pass }, { TimeoutSeconds: '{% 1 %}' }),
      'SCHEMA_VALIDATION_FAILED /TimeoutSeconds',
    ],
  ])('is refused with %s', (_, definition, expected) => {
    expect(problems(definition)).toContain(expected);
  });
});
