import { AwsError } from '../../errors.ts';

/** One page of a listing. */
export interface Page<T> {
  readonly items: T[];
  readonly NextToken?: string;
}

interface PageInput {
  readonly NextToken?: string | undefined;
  readonly MaxRecords?: number | undefined;
}

const MAX_RECORDS = 100;

const tokenOf = (text: string): string => Buffer.from(text).toString('base64url');

const textOf = (token: string): string => Buffer.from(token, 'base64url').toString();

const invalidNextToken = (): AwsError =>
  new AwsError('InvalidNextToken', 'The NextToken value is not valid.');

/** Cuts a page of `MaxRecords` (1..100; default 50 on AWS) out of a listing; `NextToken` is what the page before answered. */
export const pageOf = <T>(items: readonly T[], input: PageInput): Page<T> => {
  const size = Math.min(Math.max(input.MaxRecords ?? 50, 1), MAX_RECORDS);
  const from = input.NextToken === undefined ? 0 : Number(textOf(input.NextToken));
  if (!Number.isSafeInteger(from) || from < 0) throw invalidNextToken();
  const next = from + size;
  return {
    items: items.slice(from, next),
    ...(next < items.length ? { NextToken: tokenOf(String(next)) } : {}),
  };
};

/**
 * As `pageOf`, for things in the order of their names: what comes or goes between two pages neither hides another nor
 * shows it twice.
 */
export const pageByName = <T extends { readonly name: string }>(
  items: readonly T[],
  input: PageInput,
): Page<T> => {
  const { NextToken: token } = input;
  const [mark, after = ''] = token === undefined ? ['after'] : textOf(token).split(/:(.*)/s);
  if (mark !== 'after') throw invalidNextToken();
  const { items: page, NextToken: more } = pageOf(
    items.filter(({ name }) => name > after),
    { MaxRecords: input.MaxRecords },
  );
  const last = page.at(-1)?.name;
  return {
    items: page,
    ...(more === undefined || last === undefined ? {} : { NextToken: tokenOf(`after:${last}`) }),
  };
};
