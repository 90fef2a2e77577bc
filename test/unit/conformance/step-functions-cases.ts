import type { Definition } from '#localcloud/states-language/definition';

/** What the recording masked or left out, put back so that the case can run. */
export interface Repair {
  readonly definition?: (definition: Definition) => unknown;
  readonly input?: unknown;
  /** Texts of our history and what the recording has in their place. */
  readonly masks?: Readonly<Record<string, string>>;
}

const functionArn = 'arn:aws:lambda:eu-central-1:111111111111:function:lambda_function_name';

type Members = Readonly<Record<string, unknown>>;

/** Changes members of one state; a member set to undefined goes. */
const withState =
  (name: string, members: Members) =>
  (definition: Definition): unknown => ({
    ...definition,
    States: {
      ...definition.States,
      [name]: JSON.parse(JSON.stringify({ ...definition.States[name], ...members })) as unknown,
    },
  });

const translated = (...changes: readonly [string, Members][]): Repair => ({
  definition: (definition) =>
    changes.reduce<unknown>((so, [name, members]) => withState(name, members)(so as Definition), definition),
});

const items = (Items: string): Repair => translated(['MapIterateState', { Items }]);
const sampled = (ItemsVar: unknown): Repair => translated(['Start', { Assign: { ItemsVar } }]);
const output = (Output: string): Repair => translated(['Start', { Output }]);
const mapField = (members: Members): Repair => translated(['Start', members]);
const timestamp = (TimestampValue: string, mask = 'timestamp'): Repair => ({
  input: { TimestampValue },
  masks: { [`"TimestampValue":"${TimestampValue}"`]: `"TimestampValue":"${mask}"` },
});
const jsonPathAssign = {
  'var_input_value.$': undefined,
  var_constant_1: 1,
  var_input_value: '{% $states.input.input_value %}',
};

/** By file name without `.json`. */
export const repairs: Readonly<Record<string, Repair>> = {
  'arguments-test-base-cases-base-lambda-expression': translated(
    ['Init', { Assign: jsonPathAssign }],
    ['State0', { Resource: functionArn }],
  ),
  'arguments-test-base-cases-base-lambda-literals': translated(['State0', { Resource: functionArn }]),
  'outputdecl-test-base-lambda-base-lambda': translated(
    ['Init', { Assign: jsonPathAssign }],
    ['State0', { Resource: functionArn }],
  ),
  'credentials-test-cross-account-lambda-task': {
    ...translated(['LambdaTask', { Resource: functionArn }]),
    masks: {
      'arn:<partition>:lambda:<region>:111111111111:function:lambda_function_name':
        'arn:<partition>:lambda:<region>:<test_aws_account_id>:function:<lambda_function_name>',
    },
  },
  'evaluate-jsonata-test-base-jsonata-regular-expressions-base': output(
    '{% $contains("hello$world", /^hello\\$/) %}',
  ),
  'evaluate-jsonata-test-base-jsonata-regular-expressions-base-false': output(
    '{% $contains("hello$world", /^world/) %}',
  ),
  'evaluate-jsonata-test-base-jsonata-regular-expressions-base-single-quote': output(
    "{% $contains('hello$world', /^hello\\$/) %}",
  ),
  'evaluate-jsonata-test-base-jsonata-regular-expressions-base-single-quote-false': output(
    "{% $contains('hello$world', /^world/) %}",
  ),
  'evaluate-jsonata-test-base-map-from-input-items': mapField({ Items: '{% $states.input.input_value %}' }),
  'evaluate-jsonata-test-base-map-from-input-max-concurrency': mapField({
    MaxConcurrency: '{% $states.input.input_value %}',
  }),
  'evaluate-jsonata-test-base-map-from-input-tolerated-failure-count': mapField({
    ToleratedFailureCount: '{% $states.input.input_value %}',
  }),
  'evaluate-jsonata-test-base-map-from-input-tolerated-failure-percentage': mapField({
    ToleratedFailurePercentage: '{% $states.input.input_value %}',
  }),
  'evaluate-jsonata-test-base-map-max-concurrency': mapField({ MaxConcurrency: '{% 1 %}' }),
  'evaluate-jsonata-test-base-map-tolerated-failure-percentage': mapField({
    ToleratedFailurePercentage: '{% 100 %}',
  }),
  'evaluate-jsonata-test-base-task-heartbeat-seconds': mapField({
    HeartbeatSeconds: '{% 1 %}',
    Arguments: {
      Payload: {},
      FunctionName: 'arn:<partition>:lambda:<region>:111111111111:function:<lambda-function-name>',
    },
  }),
  'query-language-test-task-dataflow-to-state': translated([
    'StateJsonPath',
    {
      QueryLanguage: undefined,
      Result: undefined,
      OutputPath: undefined,
      ResultPath: undefined,
      Assign: {
        answer: 42,
        inputData: { riddle: 'What is the answer to life, the universe, and everything?' },
      },
      Output:
        "{% $merge([$states.input, {'enigma': {'mystery': {'riddle': 'What is the answer to life, the universe, and everything?'}}}]) %}",
    },
  ]),
  'scenarios-test-map-state-items-eval-jsonata-fail-null': items('{% null %}'),
  'scenarios-test-map-state-items-eval-jsonata-fail-number': items('{% 1 %}'),
  'scenarios-test-map-state-items-eval-jsonata-fail-object': items("{% {'foo': 'bar'} %}"),
  'scenarios-test-map-state-items-eval-jsonata-fail-string': items("{% 'string' %}"),
  'scenarios-test-map-state-items-eval-jsonata-mixed': items("{% [1, 'two', 3] %}"),
  'scenarios-test-map-state-items-eval-jsonata-variable-sampling-fail-boolean': sampled(true),
  'scenarios-test-map-state-items-eval-jsonata-variable-sampling-fail-number': sampled(1),
  'scenarios-test-map-state-items-eval-jsonata-variable-sampling-fail-object': sampled({ foo: 'bar' }),
  'scenarios-test-map-state-items-variable-sampling-boolean': sampled(true),
  'scenarios-test-map-state-items-variable-sampling-number': sampled(1),
  'scenarios-test-map-state-items-variable-sampling-object': sampled({ foo: 'bar' }),
  'scenarios-test-wait-timestamp-jsonata-invalid-date': timestamp('2016-13-05T21:29:29Z'),
  'scenarios-test-wait-timestamp-jsonata-invalid-iso': timestamp('05-12-2016T21:29:29Z'),
  'scenarios-test-wait-timestamp-jsonata-invalid-time': timestamp('2016-12-05T25:29:29Z'),
  'scenarios-test-wait-timestamp-jsonata-no-z': timestamp('2016-12-05T21:29:29'),
  'scenarios-test-wait-timestamp-jsonata-seconds': timestamp('2016-12-05T21:29:29Z', 'date'),
};

/** Cases that are not run, and why. */
export const skipped: Readonly<Record<string, string>> = {
  'assign-test-reference-assign-base-reference-in-inputpath':
    'records a JSONPath machine (InputPath) that is not the definition in the file',
  'assign-test-reference-assign-base-reference-in-outputpath':
    'records a JSONPath machine (OutputPath) that is not the definition in the file',
  'scenarios-test-map-item-reader-base-json-max-items-jsonata':
    'a distributed Map with ItemReader; Kiln uses inline maps',
};
