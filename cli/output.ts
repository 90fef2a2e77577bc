import { styleText } from 'node:util';

const REFRESH_MILLISECONDS = 100;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** A step that is under way, shown with the time it takes. */
export interface RunningStep {
  /** Replaces the text beside the step's name. */
  detail(text: string): void;
  done(text?: string, seconds?: number): void;
  failed(text?: string): void;
}

/** Where commands write: people get text on stderr and results on stdout, machines get JSON on stdout only. */
export interface Output {
  readonly json: boolean;
  /** A line for people; nothing with `--json`. */
  line(text?: string): void;
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

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

const draw = (text: string): void => {
  const width = process.stderr.columns ?? 80;
  process.stderr.write(`\r\u001B[2K${text.slice(0, width - 1)}`);
};

const startStep = (name: string, isLive: boolean): RunningStep => {
  const started = performance.now();
  let detail = '';
  let frame = 0;
  const redraw = (): void => {
    frame += 1;
    draw(`  ${FRAMES[frame % FRAMES.length]} ${name.padEnd(24)} ${seconds(started).padStart(8)}  ${detail}`);
  };
  const timer = isLive ? setInterval(redraw, REFRESH_MILLISECONDS) : undefined;
  timer?.unref();
  const end = (mark: string, text: string, took: string): void => {
    clearInterval(timer);
    if (isLive) draw('');
    console.error(`  ${mark} ${name.padEnd(24)} ${took.padStart(8)}  ${text}`.trimEnd());
  };
  return {
    detail: (text) => {
      detail = text;
    },
    done: (text = detail, took) => {
      end(
        styleText('green', '✓', { stream: process.stderr }),
        text,
        took === undefined ? seconds(started) : `${took.toFixed(1)} s`,
      );
    },
    failed: (text = detail) => {
      end(styleText('red', '✗', { stream: process.stderr }), text, seconds(started));
    },
  };
};

const SILENT: RunningStep = { detail: () => undefined, done: () => undefined, failed: () => undefined };

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
export const createOutput = (json: boolean): Output => ({
  json,
  line: (text = '') => {
    if (!json) console.error(text);
  },
  step: (name) => (json ? SILENT : startStep(name, process.stderr.isTTY)),
  table: (rows, columns, empty) => {
    if (json) console.log(JSON.stringify(rows, undefined, 2));
    else if (rows.length === 0) console.error(empty);
    else console.log(renderTable(rows, columns));
  },
  result: (value, text) => {
    console.log(json ? JSON.stringify(value, undefined, 2) : text);
  },
});

/** Shows an error on stderr: what happened, and what to try. */
export const printError = (message: string, suggestion?: string): void => {
  console.error(`${styleText('red', 'error:', { stream: process.stderr })} ${message}`);
  if (suggestion !== undefined)
    console.error(`${styleText('cyan', 'try:', { stream: process.stderr })} ${suggestion}`);
};
