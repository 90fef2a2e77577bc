import { styleText } from 'node:util';
import { createLiveLine } from './live-line.ts';
import type { RunningStep } from './live-line.ts';

/** Where commands write: people get text on stderr and results on stdout, machines get JSON on stdout only. */
export interface Output {
  readonly json: boolean;
  /** A line for people; nothing with `--json`. */
  line(text?: string): void;
  /** A line about something that went wrong and does not end the command: on stderr, with `--json` too. */
  warning(text: string): void;
  /** Shows that something takes time; nothing with `--json`. */
  step(name: string): RunningStep;
  /** A table for people, the rows themselves as JSON for machines. */
  table(rows: readonly object[], columns: readonly Column[], empty: string): void;
  /** A result: `text` for people, `value` for machines. */
  result(value: unknown, text: string): void;
}

/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly text: (row: never) => string;
}

const SILENT: RunningStep = {
  detail: () => undefined,
  done: () => undefined,
  failed: () => undefined,
  leave: () => undefined,
};

const renderTable = (rows: readonly object[], columns: readonly Column[]): string => {
  const cells = [
    columns.map((column) => column.title.toUpperCase()),
    ...rows.map((row) => columns.map((column) => column.text(row as never))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

/** The output of a command; `json` as its option says. */
export const createOutput = (json: boolean): Output => {
  const live = createLiveLine(process.stderr);
  return {
    json,
    line: (text = '') => {
      if (!json) live.print(text);
    },
    warning: (text) => live.print(text),
    step: (name) => (json ? SILENT : live.step(name)),
    table: (rows, columns, empty) => {
      if (json) console.log(JSON.stringify(rows, undefined, 2));
      else if (rows.length === 0) live.print(empty);
      else console.log(renderTable(rows, columns));
    },
    result: (value, text) => {
      if (json) console.log(JSON.stringify(value, undefined, 2));
      else if (text !== '') console.log(text);
    },
  };
};

/** Shows an error on stderr: what happened, and what to try. */
export const printError = (message: string, suggestion?: string): void => {
  console.error(`${styleText('red', 'error:', { stream: process.stderr })} ${message}`);
  if (suggestion !== undefined)
    console.error(`${styleText('cyan', 'try:', { stream: process.stderr })} ${suggestion}`);
};

/** Runs `work` as a step: shown while it lasts, ended as it ends. `work` gives its result and the text to leave beside it. */
export const withStep = async <T>(
  output: Output,
  name: string,
  work: (step: RunningStep) => Promise<[result: T, text: string]>,
): Promise<T> => {
  const step = output.step(name);
  try {
    const [result, text] = await work(step);
    step.done(text);
    return result;
  } catch (error) {
    step.failed();
    throw error;
  }
};
