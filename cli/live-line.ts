import { styleText } from 'node:util';

const REFRESH_MILLISECONDS = 100;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const NAME_COLUMNS = 24;
/** Figures that change are a line each on no terminal, but not more often than that. */
const SAME_TOPIC_MILLISECONDS = 10_000;

/** A step that is under way, shown with the time it takes. */
export interface RunningStep {
  /**
   * Replaces the text beside the step's name. Where each text is a line, one of the same `topic` as the line before comes
   * at most every 10 s.
   */
  detail(text: string, topic?: string): void;
  done(text?: string, seconds?: number): void;
  failed(text?: string, seconds?: number): void;
  /** Is no longer shown, though it goes on. */
  leave(): void;
}

/** Progress on a stream: on a terminal the step that runs is a line that lives, elsewhere what happens is a line each. */
export interface LiveLine {
  /** Writes a line above the living one. */
  print(text: string): void;
  step(name: string): RunningStep;
}

/** Where progress is written: stderr, or what a test takes instead. */
export type ProgressStream = Pick<NodeJS.WriteStream, 'write'> & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

const format = (mark: string, name: string, seconds: number, text: string): string =>
  `  ${mark} ${name.padEnd(NAME_COLUMNS)} ${`${seconds.toFixed(1)} s`.padStart(8)}  ${text}`.trimEnd();

/** A live line at the end of what was written to `stream`. */
export const createLiveLine = (stream: ProgressStream): LiveLine => {
  const isLive = stream.isTTY === true;
  let frame = 0;
  /** Text of each running step; the newest is the one shown. */
  const running = new Map<object, () => string>();
  let timer: NodeJS.Timeout | undefined;

  const fit = (text: string): string => (isLive ? text.slice(0, (stream.columns ?? 80) - 1) : text);
  const redraw = (): void => {
    const newest = [...running.values()].at(-1);
    if (newest !== undefined) stream.write(`\r\u001B[2K${fit(newest())}`);
  };
  const print = (text: string): void => {
    stream.write(`${isLive && running.size > 0 ? '\r\u001B[2K' : ''}${text}\n`);
    if (isLive) redraw();
  };
  const follow = (step: object, text: () => string): void => {
    running.set(step, text);
    if (!isLive) return;
    redraw();
    timer ??= setInterval(() => {
      frame += 1;
      redraw();
    }, REFRESH_MILLISECONDS).unref();
  };
  const forget = (step: object): void => {
    if (isLive && running.has(step)) stream.write('\r\u001B[2K');
    running.delete(step);
    if (running.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  const step = (name: string): RunningStep => {
    const started = performance.now();
    const took = (): number => (performance.now() - started) / 1000;
    const self = {};
    let detail = '';
    let line = { topic: '', at: Number.NEGATIVE_INFINITY };
    const end = (color: 'green' | 'red', mark: string, text: string, seconds: number): void => {
      if (!running.has(self)) return;
      forget(self);
      const ended = fit(format(mark, name, seconds, text));
      print(ended.replace(mark, isLive ? styleText(color, mark) : mark));
    };
    follow(self, () => format(FRAMES[frame % FRAMES.length] ?? '', name, took(), detail));
    return {
      detail: (text, topic = text) => {
        detail = text;
        const at = performance.now();
        if (isLive || (topic === line.topic && at - line.at < SAME_TOPIC_MILLISECONDS)) return;
        line = { topic, at };
        print(format('·', name, took(), text));
      },
      done: (text = detail, seconds = took()) => end('green', '✓', text, seconds),
      failed: (text = detail, seconds = took()) => end('red', '✗', text, seconds),
      leave: () => forget(self),
    };
  };
  return { print, step };
};
