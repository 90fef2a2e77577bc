import { invalidRange } from './errors.ts';

/** First and last byte, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a `Range` header against an object of `size` bytes. Undefined means the whole object: no header, a malformed one
 * (RFC 9110: ignored) or more than one range, which Amazon S3 does not serve. Throws InvalidRange when no byte is in it.
 */
export const parseRange = (header: string | undefined, size: number): ByteRange | undefined => {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (header === undefined || (first === '' && last === '')) return undefined;
  const unsatisfiable = (): never => {
    throw invalidRange({ RangeRequested: header, ActualObjectSize: size });
  };
  if (first === '') {
    const suffix = Number(last);
    return suffix === 0 || size === 0
      ? unsatisfiable()
      : { start: Math.max(size - suffix, 0), end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= size) return unsatisfiable();
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
};
