import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { InterruptedError } from '../interrupt.ts';
import { UserError } from '../user-error.ts';

/** A secret that is asked for: never an argument, because arguments stand in the list of processes and in histories. */
export interface SecretQuestion {
  /** The environment variable that answers it. */
  readonly variable: string;
  readonly question: string;
}

export interface SecretSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Where questions are shown; what is typed is not. */
  readonly prompt: { write(text: string): unknown };
}

/**
 * Reads secrets from environment variables, else from the lines of the input: typed without an echo, or piped in their
 * order. @throws UserError when the input ends before; InterruptedError at Ctrl-C
 */
export const readSecrets = async (
  questions: readonly SecretQuestion[],
  { environment, input, prompt }: SecretSources,
): Promise<string[]> => {
  const given = questions.map(({ variable }) => environment[variable] ?? '');
  if (!given.includes('')) return given;
  const terminal = input.isTTY === true;
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: silence, terminal });
  let interrupted = false;
  reader.on('SIGINT', () => {
    interrupted = true;
    reader.close();
  });
  const lines = reader[Symbol.asyncIterator]();
  try {
    for (const [index, { variable, question }] of questions.entries()) {
      if (given[index] !== '') continue;
      if (terminal) prompt.write(`${question}: `);
      const { value, done } = await lines.next();
      if (terminal) prompt.write('\n');
      if (interrupted) throw new InterruptedError('interrupted');
      const answer = done === true ? '' : value.trim();
      if (answer === '') throw new UserError(`no answer to '${question}'`, `set ${variable}, or type it`);
      given[index] = answer;
    }
  } finally {
    reader.close();
  }
  return given;
};
