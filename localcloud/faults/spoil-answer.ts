import { pipeline, Readable, Transform } from 'node:stream';
import type { WireAnswer } from '../protocols/wire.ts';
import type { CallFault } from './fault-plan.ts';

const corruptStream = (body: Readable): Readable => {
  let done = false;
  const flip = new Transform({
    transform: (chunk: Buffer, _, next) => {
      const copy = Buffer.from(chunk);
      if (!done && copy.length > 0) copy[0] = (copy[0] ?? 0) ^ 1;
      done ||= copy.length > 0;
      next(null, copy);
    },
  });
  // Whoever breaks off ends both; the reader of `flip` hears of it.
  return pipeline(body, flip, () => undefined);
};

const corrupt = (body: Exclude<WireAnswer['body'], undefined>): Readable | Buffer => {
  if (body instanceof Readable) return corruptStream(body);
  const bytes = Buffer.from(body);
  const middle = Math.floor(bytes.length / 2);
  if (bytes.length > 0) bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  return bytes;
};

/** An answer as it leaves when the plan spoils it. */
export const spoilAnswer = (answer: WireAnswer, faults: readonly CallFault[]): WireAnswer => {
  const isCorrupt = faults.some(({ corruptBody }) => corruptBody === true);
  const cut = faults.find(({ truncateBody }) => truncateBody !== undefined)?.truncateBody;
  return {
    ...answer,
    ...(isCorrupt && answer.body !== undefined ? { body: corrupt(answer.body) } : {}),
    ...(cut === undefined ? {} : { breakAfter: cut }),
  };
};
