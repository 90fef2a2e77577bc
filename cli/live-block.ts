import type { ProgressStream } from './live-line.ts';

/** Text of several lines that is drawn over again: on a terminal in its place, elsewhere once per change. */
export interface LiveBlock {
  /** Where each text is written below the one before, one of the same `topic` comes at most every 10 s. */
  update(text: string, topic?: string): void;
}

const SAME_TOPIC_MILLISECONDS = 10_000;

/** A block at the end of what was written to `stream`. */
export const createLiveBlock = (stream: ProgressStream): LiveBlock => {
  const isLive = stream.isTTY === true;
  let shown: string | undefined;
  let written = { topic: '', at: Number.NEGATIVE_INFINITY };
  let height = 0;
  const fit = (line: string): string => line.slice(0, (stream.columns ?? 80) - 1);
  return {
    update: (text, topic = text) => {
      if (text === shown) return;
      const at = performance.now();
      if (!isLive && topic === written.topic && at - written.at < SAME_TOPIC_MILLISECONDS) return;
      written = { topic, at };
      const before = shown === undefined || isLive ? '' : '\n';
      shown = text;
      const lines = text.split('\n').map((line) => (isLive ? fit(line) : line));
      const back = isLive && height > 0 ? `\u001B[${height}A\r\u001B[J` : '';
      height = lines.length;
      stream.write(`${before}${back}${lines.join('\n')}\n`);
    },
  };
};

/** The same for machines: a line per change. */
export const createJsonLines = (stream: Pick<ProgressStream, 'write'>): LiveBlock => {
  let shown: string | undefined;
  return {
    update: (text) => {
      if (text !== shown) stream.write(`${text}\n`);
      shown = text;
    },
  };
};
