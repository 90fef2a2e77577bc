import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { capitalised } from './capitalised.ts';
import type { Environment } from './environment.ts';
import { describeIssue } from './describe-issue.ts';
import { environmentsSchema } from './environment-schema.ts';
import type { ParsedEnvironment } from './environment-schema.ts';

const MAX_BYTES = 1_048_576;
/** What a list of aliases may blow up to: more is a bomb (the library counts, and refuses). */
const MAX_ALIASES = 100;
const FIRST_PORT = 8080;

/** Everything that is wrong with an environments file. */
export class EnvironmentsFileError extends Error {
  override readonly name = 'EnvironmentsFileInvalid';
  /** One sentence each, with file, line and path. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** The line, from 1, on which the value at the path stands, or the nearest that encloses it. */
const lineOf = (
  path: readonly PropertyKey[],
  document: Document.Parsed,
  lines: LineCounter,
): number | undefined => {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number] } | undefined;
    if (node?.range !== undefined) return lines.linePos(node.range[0]).line;
  }
  return undefined;
};

const readYaml = (
  text: string,
  at: (line: number | undefined, problem: string) => string,
): { readonly raw: unknown; readonly document: Document.Parsed; readonly lines: LineCounter } => {
  if (text.length > MAX_BYTES)
    throw new EnvironmentsFileError([
      at(undefined, `has ${text.length} characters, expected at most ${MAX_BYTES}`),
    ]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    throw new EnvironmentsFileError(
      broken.map(({ message, pos }) => at(lines.linePos(pos[0]).line, `is no valid YAML: ${message}`)),
    );
  }
  try {
    return { raw: document.toJS({ maxAliasCount: MAX_ALIASES }), document, lines };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EnvironmentsFileError([at(undefined, `is no valid YAML: ${why}`)]);
  }
};

interface Repeated {
  readonly index: number;
  readonly key: 'name' | 'port';
  readonly problem: string;
}

const repeatedOf = (environments: readonly Environment[]): Repeated[] =>
  environments.flatMap(({ name, port }, index) => {
    const earlier = environments.slice(0, index);
    const namesake = earlier.find((each) => capitalised(each.name) === capitalised(name));
    const neighbour = earlier.find((each) => each.port === port);
    const found: Repeated[] = [];
    if (namesake !== undefined)
      found.push({ index, key: 'name', problem: `is '${name}', too much like '${namesake.name}' before it` });
    if (neighbour !== undefined)
      found.push({ index, key: 'port', problem: `is ${port}, which '${neighbour.name}' has already` });
    return found;
  });

const withPorts = (environments: readonly ParsedEnvironment[]): Environment[] =>
  environments.map((environment, index) => ({
    ...environment,
    port: environment.port ?? FIRST_PORT + index,
  }));

/**
 * Reads the text of an environments file; what it leaves out has its default, the port of the first environment is 8080,
 * of the second 8081 and so on. @throws EnvironmentsFileError with every problem that was found
 */
export const parseEnvironments = (text: string, fileName: string): readonly Environment[] => {
  const at = (line: number | undefined, problem: string): string =>
    line === undefined ? `${fileName}: ${problem}` : `${fileName}:${line}: ${problem}`;
  const { raw, document, lines } = readYaml(text, at);
  const result = environmentsSchema.safeParse(raw);
  if (!result.success) {
    const found = result.error.issues.flatMap((issue) => describeIssue(issue, raw));
    // Of one value the first problem: the next often follows from it.
    const firsts = new Map(found.toReversed().map((each) => [each.path.join('\n'), each]));
    const problems = [...firsts.values()]
      .map(({ path, problem }) => ({ line: lineOf(path, document, lines), problem }))
      .toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
    throw new EnvironmentsFileError(problems.map(({ line, problem }) => at(line, problem)));
  }
  const environments = withPorts(result.data.environments);
  const repeated = repeatedOf(environments);
  if (repeated.length > 0) {
    throw new EnvironmentsFileError(
      repeated.map(({ index, key, problem }) => {
        const line = lineOf(['environments', index, key], document, lines);
        return at(line, `environments[${index}].${key} ${problem}`);
      }),
    );
  }
  return environments;
};
