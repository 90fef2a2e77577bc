import type { ParameterStringFilter } from '@aws-sdk/client-ssm';
import { invalidFilterKey } from './errors.ts';
import type { StoredParameter } from './parameter-store.ts';

const slashed = (name: string): string => (name.startsWith('/') ? name : `/${name}`);

const inPath = (name: string, path: string, recursive: boolean): boolean => {
  const prefix = path.endsWith('/') ? path : `${path}/`;
  const full = slashed(name);
  return full.startsWith(prefix) && (recursive || !full.slice(prefix.length).includes('/'));
};

const valueOf = (parameter: StoredParameter, key: string): string | undefined => {
  if (key.startsWith('tag:')) return parameter.tags[key.slice('tag:'.length)];
  switch (key) {
    case 'Name':
      return parameter.name;
    case 'Type':
      return parameter.type;
    case 'KeyId':
      return parameter.keyId;
    case 'DataType':
      return parameter.dataType;
    case 'Tier':
      return parameter.tier;
    default:
      throw invalidFilterKey(key);
  }
};

const matches = (
  parameter: StoredParameter,
  { Key: key = '', Option: option, Values: wanted = [] }: ParameterStringFilter,
): boolean => {
  if (key === 'Path') return wanted.some((path) => inPath(parameter.name, path, option === 'Recursive'));
  const value = valueOf(parameter, key);
  if (value === undefined) return false;
  // A tag filter without values asks whether the tag is there.
  if (wanted.length === 0) return true;
  return wanted.some((each) => {
    if (option === 'BeginsWith') return value.startsWith(each) || slashed(value).startsWith(each);
    if (option === 'Contains') return value.includes(each);
    return value === each || (key === 'Name' && slashed(value) === slashed(each));
  });
};

/** Does a parameter match every filter? */
export const matchesFilters = (
  parameter: StoredParameter,
  filters: readonly ParameterStringFilter[],
): boolean => filters.every((filter) => matches(parameter, filter));
