import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Definition } from '#localcloud/states-language/definition';
import type { ExecutionResult } from '#localcloud/states-language/execute';
import { execute } from '#localcloud/states-language/execute';
import { StatesFailure } from '#localcloud/states-language/failure';
import type { HistoryEvent } from '#localcloud/states-language/history-event';
import { createMemoryJournal } from '#localcloud/states-language/journal';
import type { Json } from '#localcloud/states-language/json';
import { isObject } from '#localcloud/states-language/json';
import type { CallbackAnswer, TaskCall } from '#localcloud/states-language/ports';
import { validateDefinition } from '#localcloud/states-language/validate-definition';
import { createRandom } from '#localcloud/random';
import { createVirtualClock } from './virtual-clock.ts';

/** What a stub is told besides its input. */
export interface StubCall {
  readonly stateName: string;
  /** 1 for the first call of this state, counted over the whole execution. */
  readonly callNumber: number;
}

/**
 * Stands in for a task. Gets a function's payload (or the arguments of another integration), returns its answer, or
 * throws: an error's `name` is the error name that `Retry` and `Catch` see.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a stub says itself what it takes
export type TaskStub = (input: any, call: StubCall) => unknown;

/** A stub that never answers: only a time-out ends the task. */
export const neverFinishes: TaskStub = () => new Promise(() => undefined);

/** How to run a state machine with stubbed tasks. */
export interface RunStateMachineOptions {
  readonly input: unknown;
  /** By state name or, where no state has it, by function name: `${BakeImageArn}` is `BakeImage`. */
  readonly tasks: Readonly<Record<string, TaskStub>>;
  /** Values for `${…}`; a placeholder that is not here becomes an ARN made of its name. */
  readonly substitutions?: Readonly<Record<string, string>>;
  readonly executionName?: string;
}

/** What came of the execution. */
export interface StateMachineRun extends ExecutionResult {
  readonly history: readonly HistoryEvent[];
  /** Names of the states in the order in which they were entered. */
  readonly statesVisited: readonly string[];
}

const inventedArn = (placeholder: string): string => {
  const name = placeholder.replace(/Arn$/, '');
  return name.endsWith('StateMachine')
    ? `arn:aws:states:eu-central-1:000000000000:stateMachine:${name}`
    : `arn:aws:lambda:eu-central-1:000000000000:function:${name}`;
};

/** Reads an `.asl.yml` file and fills in its placeholders. */
export const readStateMachine = (
  path: string,
  substitutions: Readonly<Record<string, string>> = {},
): Definition => {
  const text = readFileSync(path, 'utf8').replace(
    /\$\{(\w+)\}/g,
    (_, name: string) => substitutions[name] ?? inventedArn(name),
  );
  return parse(text, { merge: true }) as Definition;
};

const functionName = (call: TaskCall): string | undefined => {
  const name = isObject(call.arguments)
    ? (call.arguments['FunctionName'] ?? call.arguments['StateMachineArn'])
    : undefined;
  const arn = call.resource.kind === 'function' ? call.resource.arn : name;
  return typeof arn === 'string' ? arn.split(':').at(-1) : undefined;
};

const isFunctionCall = (call: TaskCall): boolean =>
  call.resource.service === 'lambda' && call.resource.kind !== 'sdk';

const stubInput = (call: TaskCall): Json =>
  call.resource.kind === 'service' && call.resource.service === 'lambda' && isObject(call.arguments)
    ? (call.arguments['Payload'] ?? {})
    : call.arguments;

const taskFailure = (call: TaskCall, error: unknown): StatesFailure => {
  if (error instanceof StatesFailure) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const cause = JSON.stringify({ errorType: name, errorMessage: message, trace: [] });
  // A nested execution that fails is that; a start that does not succeed has the service's own error.
  const isNested = call.resource.pattern.startsWith('sync') && !name.startsWith('StepFunctions.');
  return new StatesFailure(isNested ? 'States.TaskFailed' : name, cause);
};

const wrap = (call: TaskCall, answer: Json): Json => {
  if (call.resource.kind !== 'service') return answer;
  if (call.resource.service === 'lambda')
    return { ExecutedVersion: '$LATEST', Payload: answer, StatusCode: 200 };
  if (call.resource.pattern.startsWith('sync')) return { Status: 'SUCCEEDED', Output: answer };
  return answer;
};

/** Runs a state machine (a file, or a definition) with stubbed tasks; Wait, Retry and time-outs take no real time. */
export const runStateMachine = async (
  machine: string | Definition,
  options: RunStateMachineOptions,
): Promise<StateMachineRun> => {
  const definition = typeof machine === 'string' ? readStateMachine(machine, options.substitutions) : machine;
  const problems = validateDefinition(definition);
  if (problems.length > 0)
    throw new Error(`invalid definition:\n${problems.map((p) => `${p.location}: ${p.message}`).join('\n')}`);
  const clock = createVirtualClock();
  const journal = createMemoryJournal();
  const callNumbers = new Map<string, number>();
  const answers = new Map<string, Promise<CallbackAnswer>>();

  const answer = async (call: TaskCall): Promise<Json> => {
    const byFunction = functionName(call);
    const stub =
      options.tasks[call.stateName] ?? (byFunction === undefined ? undefined : options.tasks[byFunction]);
    if (stub === undefined)
      throw new Error(`no stub for the state '${call.stateName}' (function '${byFunction}')`);
    const callNumber = (callNumbers.get(call.stateName) ?? 0) + 1;
    callNumbers.set(call.stateName, callNumber);
    const work = async (): Promise<unknown> =>
      stub(stubInput(call), { stateName: call.stateName, callNumber });
    try {
      const result = await (stub === neverFinishes ? work() : clock.during(work));
      return JSON.parse(JSON.stringify(result ?? null)) as Json;
    } catch (error) {
      throw taskFailure(call, error);
    }
  };

  const result = await execute({
    definition,
    input: options.input as Json,
    executionName: options.executionName ?? 'test',
    executionArn: `arn:aws:states:eu-central-1:000000000000:execution:machine:${options.executionName ?? 'test'}`,
    stateMachineName: 'machine',
    stateMachineArn: 'arn:aws:states:eu-central-1:000000000000:stateMachine:machine',
    roleArn: 'arn:aws:iam::000000000000:role/machine',
    startedAt: clock.now(),
    signal: new AbortController().signal,
    region: 'eu-central-1',
    clock,
    random: createRandom(),
    journal,
    tasks: {
      request: async (call) => {
        if (call.resource.pattern === 'request') {
          const given = await answer(call);
          return isFunctionCall(call) && call.resource.kind === 'function' ? given : wrap(call, given);
        }
        if (call.resource.pattern === 'callback') {
          const settled = answer(call).then(
            (output): CallbackAnswer => ({ output }),
            (error: unknown): CallbackAnswer => {
              if (!(error instanceof StatesFailure)) throw error;
              return { error: error.errorName, cause: error.causeText };
            },
          );
          settled.catch(() => undefined);
          answers.set(call.token ?? '', settled);
        }
        return {};
      },
      completion: async (call) => wrap(call, await answer(call)),
    },
    callbacks: {
      open: () => undefined,
      answer: (token) => answers.get(token) ?? new Promise(() => undefined),
      lastHeartbeat: () => undefined,
      close: () => undefined,
    },
  });
  const history = journal.events();
  const statesVisited = history.flatMap((event) => event.stateEnteredEventDetails?.name ?? []);
  return { ...result, history, statesVisited };
};
