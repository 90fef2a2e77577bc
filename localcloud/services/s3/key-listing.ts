import { invalidArgument } from './errors.ts';

/** What every listing of a bucket is asked for. */
export interface ListingQuery {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
}

// "ListObjectsV2": at most 1,000 keys and common prefixes per answer.
const pageSize = 1000;

/** Reads prefix, delimiter and page size, the latter capped at 1,000. */
export const listingQuery = (input: {
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
}): ListingQuery => {
  const maxKeys = input.MaxKeys ?? pageSize;
  if (!Number.isInteger(maxKeys) || maxKeys < 0) {
    throw invalidArgument(
      { ArgumentName: 'max-keys', ArgumentValue: maxKeys },
      'Argument maxKeys must be an integer between 0 and 2147483647',
    );
  }
  return {
    prefix: input.Prefix ?? '',
    delimiter: input.Delimiter ?? '',
    maxKeys: Math.min(maxKeys, pageSize),
  };
};

/** The common prefix that a key is rolled into, or undefined when it is listed by itself. */
export const commonPrefixOf = (key: string, { prefix, delimiter }: ListingQuery): string | undefined => {
  if (delimiter === '') return undefined;
  const found = key.indexOf(delimiter, prefix.length);
  return found === -1 ? undefined : key.slice(0, found + delimiter.length);
};

/** The first text after every text that starts with `prefix`, in UTF-8 order; undefined when there is none. */
export const afterPrefix = (prefix: string): string | undefined => {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Surrogates are no characters of their own.
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return String.fromCodePoint(...points, next);
};

/** The first text after `key`, in UTF-8 order. */
export const afterKey = (key: string): string => `${key}\0`;

/** One page of a listing. */
export interface ListingPage<Row> {
  readonly rows: readonly Row[];
  readonly prefixes: readonly string[];
  readonly truncated: boolean;
  /** The last key or common prefix on the page. */
  readonly last?: string;
  /** Where the next page begins. */
  readonly next?: string;
}

const later = (one: string, other: string): string =>
  Buffer.compare(Buffer.from(one), Buffer.from(other)) >= 0 ? one : other;

/** Walks keys in order from `from` on, rolling up common prefixes by seeking past each instead of reading its keys. */
export const listPage = <Row extends { readonly key: string }>(
  query: ListingQuery,
  from: string,
  rowsFrom: (from: string) => Iterable<Row>,
  skip: (row: Row) => boolean = () => false,
): ListingPage<Row> => {
  const rows: Row[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  let next: string | undefined = later(from, query.prefix);
  if (query.maxKeys === 0) return { rows, prefixes, truncated: false };

  while (next !== undefined) {
    let seek: string | undefined;
    for (const row of rowsFrom(next)) {
      if (!row.key.startsWith(query.prefix)) break;
      if (skip(row)) continue;
      const rolled = commonPrefixOf(row.key, query);
      if (rows.length + prefixes.length >= query.maxKeys) {
        return {
          rows,
          prefixes,
          truncated: true,
          next: rolled ?? row.key,
          ...(last === undefined ? {} : { last }),
        };
      }
      last = rolled ?? row.key;
      if (rolled === undefined) rows.push(row);
      else {
        prefixes.push(rolled);
        seek = afterPrefix(rolled);
        break;
      }
    }
    next = seek;
  }
  return { rows, prefixes, truncated: false, ...(last === undefined ? {} : { last }) };
};

/** `EncodingType: url`: what XML cannot carry; `/` stays readable. */
export const encodeKey = (encodingType: string | undefined): ((key: string) => string) =>
  encodingType === 'url' ? (key) => encodeURIComponent(key).replaceAll('%2F', '/') : (key) => key;
