import { MalformedError } from './malformed-error.ts';
import type { ScalarShape, TimestampFormat } from './shape.ts';

const parseNumber = (text: string): number => {
  const number = Number(text);
  if (text.trim() === '' || (Number.isNaN(number) && text !== 'NaN')) {
    throw new MalformedError(`a number is needed, got '${text}'`);
  }
  return number;
};

const parseBoolean = (text: string): boolean => {
  const lower = text.toLowerCase();
  if (lower !== 'true' && lower !== 'false') {
    throw new MalformedError(`'true' or 'false' is needed, got '${text}'`);
  }
  return lower === 'true';
};

/** Reads a timestamp; accepts every format, as AWS does, and takes plain numbers as epoch seconds. */
export const parseTimestamp = (text: string): Date => {
  const milliseconds = /^-?[\d.]+(e\+?\d+)?$/i.test(text)
    ? Math.round(Number(text) * 1000)
    : Date.parse(text);
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) throw new MalformedError(`a timestamp is needed, got '${text}'`);
  return date;
};

/** Writes a timestamp. Milliseconds are kept by `date-time` and `epoch-seconds`. */
export const formatTimestamp = (date: Date, format: TimestampFormat): string => {
  if (format === 'date-time') return date.toISOString();
  return format === 'http-date' ? date.toUTCString() : String(date.getTime() / 1000);
};

const base64 = /^[A-Za-z0-9+/]*={0,2}\s*$/;

/** Decodes base64. */
export const parseBlob = (text: string): Uint8Array => {
  if (!base64.test(text)) throw new MalformedError('base64 is needed');
  return Buffer.from(text, 'base64');
};

const asBuffer = (value: unknown): Buffer => {
  if (typeof value === 'string') return Buffer.from(value);
  if (!(value instanceof Uint8Array)) throw new TypeError(`bytes are needed, got ${typeof value}`);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
};

/** Encodes bytes (or the UTF-8 of a text) as base64. */
export const formatBlob = (value: unknown): string => asBuffer(value).toString('base64');

/** Reads a scalar from its text form. */
export const parseScalar = (shape: ScalarShape, text: string): unknown => {
  switch (shape.kind) {
    case 'string':
      return text;
    case 'number':
      return parseNumber(text);
    case 'boolean':
      return parseBoolean(text);
    case 'blob':
      return parseBlob(text);
    case 'timestamp':
      return parseTimestamp(text);
    case 'unit':
      return undefined;
  }
};

/** Writes a scalar in its text form; `format` is the place's own timestamp format. */
export const formatScalar = (shape: ScalarShape, value: unknown, format: TimestampFormat): string => {
  if (shape.kind === 'timestamp') {
    if (!(value instanceof Date)) throw new TypeError(`a Date is needed, got ${typeof value}`);
    return formatTimestamp(value, shape.timestampFormat ?? format);
  }
  // oxlint-disable-next-line typescript/no-base-to-string -- the operation's type says that it is a scalar
  return shape.kind === 'blob' ? formatBlob(value) : String(value);
};
