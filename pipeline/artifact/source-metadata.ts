import type { SourceMetadata } from '../model.ts';

/** UTF-8 bytes of each field, so that all of them, encoded, stay below the 2 KB that S3 takes (AWS-FACTS 4.9). */
const LONGEST_BYTES = { commit: 80, author: 120, message: 500, user: 400 } as const;
const FIELDS = ['commit', 'author', 'message', 'user'] as const;
/** An encoded word has at most 75 characters (RFC 2047, 2): 12 of them frame the base64 of 45 bytes. */
const WORD_BYTES = 45;

const sizeOf = (text: string): number => Buffer.byteLength(text);

/** Splits into pieces of at most `bytes` bytes, never within a character. */
const pieces = (text: string, bytes: number): string[] => {
  const found: string[] = [];
  let piece = '';
  for (const character of text) {
    if (sizeOf(piece) + sizeOf(character) > bytes) {
      found.push(piece);
      piece = '';
    }
    piece += character;
  }
  return piece === '' ? found : [...found, piece];
};

// oxlint-disable-next-line no-control-regex -- control characters are what must not get into a header
const CONTROL = /[\u0000-\u001F\u007F]+/g;

const clean = (text: string, bytes: number): string => {
  const line = text.toWellFormed().replace(CONTROL, ' ').trim();
  if (sizeOf(line) <= bytes) return line;
  return `${pieces(line, bytes - sizeOf('…'))[0] ?? ''}…`;
};

const encode = (text: string): string =>
  /^[\u0020-\u007E]*$/.test(text) && !text.includes('=?')
    ? text
    : pieces(text, WORD_BYTES)
        .map((piece) => `=?UTF-8?B?${Buffer.from(piece).toString('base64')}?=`)
        .join(' ');

const decodeQ = (text: string): Buffer =>
  Buffer.from(
    text
      .replaceAll('_', ' ')
      .replaceAll(/=([0-9A-Fa-f]{2})/g, (_match, hex: string) =>
        String.fromCodePoint(Number.parseInt(hex, 16)),
      ),
    'latin1',
  );

const WORD = /=\?utf-8\?(?<encoding>[bq])\?(?<text>[^?]*)\?=/gi;

const decode = (value: string): string =>
  value
    // White space between two encoded words belongs to neither (RFC 2047, 6.2).
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(WORD, (_word, encoding: string, text: string) =>
      (encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : decodeQ(text)).toString('utf8'),
    );

/**
 * Where an artifact comes from as metadata of its object: one line of ASCII each, with other characters in encoded words,
 * as S3 has it (RFC 2047), cut where it is longer than anybody reads.
 */
export const encodeSource = (source: SourceMetadata): Record<string, string> =>
  Object.fromEntries(
    FIELDS.flatMap((field) => {
      const text = clean(source[field] ?? '', LONGEST_BYTES[field]);
      return text === '' ? [] : [[field, encode(text)]];
    }),
  );

/** The same read back; whoever put the object there may have written anything into it. */
export const decodeSource = (metadata: Readonly<Record<string, string>>): SourceMetadata =>
  Object.fromEntries(
    FIELDS.flatMap((field) => {
      const text = clean(decode(metadata[field] ?? ''), LONGEST_BYTES[field]);
      return text === '' ? [] : [[field, text]];
    }),
  );
