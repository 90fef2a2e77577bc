import type { core } from 'zod';
import { nearestWord } from './nearest-word.ts';

const MAX_SHOWN = 60;

const show = (value: unknown): string => {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return typeof value;
  const line = JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value).slice(
    1,
    -1,
  );
  return `'${line.replaceAll(String.raw`\"`, '"')}'`;
};

const showPath = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');

/** The path as far as the file has it (a short form has no keys), and the value there. */
const find = (
  path: readonly PropertyKey[],
  raw: unknown,
): { path: readonly PropertyKey[]; value: unknown } => {
  let value = raw;
  for (const [index, part] of path.entries()) {
    if (typeof value !== 'object' || value === null) return { path: path.slice(0, index), value };
    value = Object.hasOwn(value, part) ? (value as Record<PropertyKey, unknown>)[part] : undefined;
  }
  return { path, value };
};

/** A problem and where it is. */
export interface FileProblem {
  readonly path: readonly PropertyKey[];
  /** A sentence that starts with the path. */
  readonly problem: string;
}

const describeUnknown = (path: readonly PropertyKey[], key: string, known: string): FileProblem => {
  const nearest = nearestWord(key, known.split(', '));
  const hint = nearest === undefined ? `expected one of: ${known}` : `did you mean '${nearest}'?`;
  return { path: [...path, key], problem: `${showPath([...path, key])} is no known key, ${hint}` };
};

/** What zod found, in sentences. */
export const describeIssue = (issue: core.$ZodIssue, raw: unknown): readonly FileProblem[] => {
  const { message } = issue;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => describeUnknown(issue.path, key, message));
  const { path, value } = find(issue.path, raw);
  const where = path.length === 0 ? 'the file' : showPath(path);
  if (!message.startsWith('expected')) return [{ path, problem: `${where} ${message}` }];
  const got = value === undefined ? 'missing' : show(value);
  return [{ path, problem: `${where} is ${got}, ${message}` }];
};
