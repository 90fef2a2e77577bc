import type { Parameter } from '@aws-sdk/client-ssm';
import { AwsError } from '../../errors.ts';
import { parameterVersionNotFound, validationException } from './errors.ts';
import { matchesFilters } from './parameter-filters.ts';
import {
  type Input,
  newest,
  type Output,
  type ParameterStore,
  splitSelector,
  type StoredParameter,
} from './parameter-store.ts';

// What a reader without decryption gets; not a cipher, only not the value.
const cipher = (value: string): string => `AQICAH${Buffer.from(value).toString('base64')}`;

const describe = (
  store: ParameterStore,
  parameter: StoredParameter,
  decrypt: boolean,
  selector?: string,
): Parameter => {
  const { name, type, dataType, versions } = parameter;
  const found =
    selector === undefined ? newest(parameter) : versions.find(({ version }) => String(version) === selector);
  if (found === undefined) throw parameterVersionNotFound(name, selector ?? '');
  return {
    Name: name,
    Type: type,
    Value: type === 'SecureString' && !decrypt ? cipher(found.value) : found.value,
    Version: found.version,
    LastModifiedDate: new Date(found.modified),
    ARN: store.arnOf(name),
    DataType: dataType,
    ...(selector === undefined ? {} : { Selector: `:${selector}` }),
  };
};

const resolve = (store: ParameterStore, reference: string, decrypt: boolean): Parameter => {
  const { base, selector } = splitSelector(reference);
  return describe(store, store.need(base), decrypt, selector);
};

/** GetParameter: by name or ARN, with `:version` for an older version. Labels are not kept. */
export const getParameter = (
  store: ParameterStore,
  input: Input<'GetParameter'>,
): Output<'GetParameter'> => ({
  Parameter: resolve(store, input.Name ?? '', input.WithDecryption === true),
});

/** GetParameters: what does not exist is listed under `InvalidParameters`. */
export const getParameters = (
  store: ParameterStore,
  input: Input<'GetParameters'>,
): Output<'GetParameters'> => {
  const found: Parameter[] = [];
  const invalid: string[] = [];
  for (const name of input.Names ?? []) {
    try {
      found.push(resolve(store, name, input.WithDecryption === true));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      invalid.push(name);
    }
  }
  return { Parameters: found, InvalidParameters: invalid };
};

/** Cuts a page out of a sorted list; the token is the name after which the next page begins. */
export const pageAfter = <T extends { readonly name: string }>(
  all: readonly T[],
  token: string | undefined,
  size: number,
): { readonly page: readonly T[]; readonly next: { readonly NextToken?: string } } => {
  const after = token === undefined ? '' : Buffer.from(token, 'base64url').toString();
  const rest = all.filter(({ name }) => name > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  const more = rest.length > page.length && last !== undefined;
  return { page, next: more ? { NextToken: Buffer.from(last.name).toString('base64url') } : {} };
};

/** GetParametersByPath: the level below `Path`, or all levels with `Recursive`. */
export const getParametersByPath = (
  store: ParameterStore,
  input: Input<'GetParametersByPath'>,
): Output<'GetParametersByPath'> => {
  const path = input.Path ?? '';
  if (!path.startsWith('/')) {
    throw validationException(
      'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
    );
  }
  const prefix = path.endsWith('/') ? path : `${path}/`;
  const below = store.parameters
    .list(prefix)
    .filter(({ name }) => name.startsWith(prefix))
    .filter(({ name }) => input.Recursive === true || !name.slice(prefix.length).includes('/'))
    .filter((parameter) => matchesFilters(parameter, input.ParameterFilters ?? []));
  const { page, next } = pageAfter(below, input.NextToken, input.MaxResults ?? 10);
  return {
    Parameters: page.map((parameter) => describe(store, parameter, input.WithDecryption === true)),
    ...next,
  };
};
