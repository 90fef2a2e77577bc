import { validationError } from './errors.ts';

/** One page of a listing. */
export interface Page<T> {
  readonly items: T[];
  readonly NextMarker?: string;
}

/** Cuts a page of `PageSize` (1..400, default 400) out of a listing; `Marker` is what the page before answered. */
export const pageOf = <T>(
  items: readonly T[],
  input: { readonly Marker?: string | undefined; readonly PageSize?: number | undefined },
): Page<T> => {
  const size = input.PageSize ?? 400;
  if (size < 1 || size > 400) throw validationError(`Page size '${size}' must be between '1' and '400'`);
  const from = input.Marker === undefined ? 0 : Number(Buffer.from(input.Marker, 'base64url').toString());
  if (!Number.isSafeInteger(from) || from < 0) throw validationError(`Marker '${input.Marker}' is not valid`);
  const next = from + size;
  return {
    items: items.slice(from, next),
    ...(next < items.length ? { NextMarker: Buffer.from(String(next)).toString('base64url') } : {}),
  };
};
