import type { Filter } from '@aws-sdk/client-ec2';
import { invalidFilter } from './errors.ts';

/** Which values of an item a filter looks at, by the filter's name. */
export type FilterFields<T> = Readonly<Record<string, (item: T) => readonly (string | undefined)[]>>;

/** EC2's wildcards: `*` stands for any text, `?` for one character, a backslash takes their meaning away. */
const toPattern = (text: string): RegExp => {
  const source = text.replace(/\\[*?\\]|[*?]|[^*?\\]+|\\/g, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    return part.replace(/^\\(?=.)/, '').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
};

const valuesOf = <T>(
  item: T,
  name: string,
  fields: FilterFields<T>,
  tagsOf: (item: T) => Readonly<Record<string, string>>,
): readonly (string | undefined)[] => {
  if (name.startsWith('tag:')) return [tagsOf(item)[name.slice('tag:'.length)]];
  if (name === 'tag-key') return Object.keys(tagsOf(item));
  if (name === 'tag-value') return Object.values(tagsOf(item));
  const field = fields[name];
  if (field === undefined) throw invalidFilter(name);
  return field(item);
};

/** The items that match every filter; of a filter's values one has to match. */
export const applyFilters = <T>(
  items: readonly T[],
  filters: readonly Filter[] | undefined,
  fields: FilterFields<T>,
  tagsOf: (item: T) => Readonly<Record<string, string>>,
): T[] => {
  let matching = [...items];
  for (const { Name = '', Values = [] } of filters ?? []) {
    if (!Name.startsWith('tag') && fields[Name] === undefined) throw invalidFilter(Name);
    const patterns = Values.map(toPattern);
    matching = matching.filter((item) =>
      valuesOf(item, Name, fields, tagsOf).some(
        (value) => value !== undefined && patterns.some((pattern) => pattern.test(value)),
      ),
    );
  }
  return matching;
};
