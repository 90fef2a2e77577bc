import { MalformedError } from './malformed-error.ts';
import type { Model, Operation } from './model.ts';
import type { Route, WireRequest } from './wire.ts';
import { UnknownOperationError } from './wire.ts';

interface Rule {
  readonly operation: Operation;
  readonly path: RegExp;
  readonly labels: readonly string[];
  readonly staticQuery: readonly (readonly [name: string, value: string | undefined])[];
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
  /** Rules with more literals in the path come first, then those that ask for more. */
  readonly weight: number;
}

const escapePattern = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

const compilePath = (path: string): Pick<Rule, 'path' | 'labels'> & { literals: number } => {
  const labels: string[] = [];
  let literals = 0;
  const pattern = path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => {
      const label = /^\{([^}+]+)(\+?)\}$/.exec(segment);
      if (label === null) {
        literals += 1;
        return `/${escapePattern(segment)}`;
      }
      labels.push(label[1] ?? '');
      return label[2] === '+' ? '/(.+)' : '/([^/]+)';
    })
    .join('');
  const greedy = path.endsWith('+}');
  return { path: new RegExp(`^${pattern}${greedy ? '' : '/?'}$`, 's'), labels, literals };
};

// `x-id` only repeats the operation's name, and only some clients send it.
const readStaticQuery = (query: string): Rule['staticQuery'] =>
  query
    .split('&')
    .filter((part) => part !== '' && !part.startsWith('x-id='))
    .map((part) => {
      const [name = '', value] = part.split('=');
      return [name, value] as const;
    });

const compile = (operation: Operation): Rule | undefined => {
  const [, uri] = operation.traits.http ?? [];
  if (uri === undefined || operation.input.kind !== 'structure') return undefined;
  const [uriPath = '', uriQuery = ''] = uri.split('?');
  const { members, requiredCount } = operation.input;
  // S3's model leaves the bucket out of its paths: clients may put it into the host name.
  const inBucket = members.some((member) => member.name === 'Bucket' && member.traits.httpLabel);
  const prefix = inBucket && !uriPath.includes('{Bucket}') ? '/{Bucket}' : '';
  const { literals, ...path } = compilePath(prefix + uriPath);
  const staticQuery = readStaticQuery(uriQuery);
  const required = members.slice(0, requiredCount);
  const requiredQuery = required.flatMap((member) => member.traits.httpQuery ?? []);
  const requiredHeaders = required.flatMap((member) => member.traits.httpHeader?.toLowerCase() ?? []);
  const weight =
    literals * 10_000 +
    path.labels.length * 1000 +
    staticQuery.length * 100 +
    requiredQuery.length +
    requiredHeaders.length;
  return { operation, ...path, staticQuery, requiredQuery, requiredHeaders, weight };
};

const decodeLabel = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new MalformedError(`the path '${text}' is not percent-encoded UTF-8`);
  }
};

/** Finds the operation of a rest-json or rest-xml request by method, path, query and required parameters. */
export const createRouter = (model: Model): ((request: WireRequest) => Route) => {
  const rules = new Map<string, Rule[]>();
  for (const operation of model.operations.values()) {
    const rule = compile(operation);
    if (rule === undefined) continue;
    const method = operation.traits.http?.[0] ?? '';
    rules.set(method, [...(rules.get(method) ?? []), rule]);
  }
  for (const list of rules.values()) list.sort((a, b) => b.weight - a.weight);

  const accepts = (rule: Rule, request: WireRequest, query: ReadonlyMap<string, string>): boolean =>
    rule.path.test(request.path) &&
    rule.staticQuery.every(([name, value]) =>
      value === undefined ? query.has(name) : query.get(name) === value,
    ) &&
    rule.requiredQuery.every((name) => query.has(name)) &&
    rule.requiredHeaders.every((name) => request.headers[name] !== undefined);

  // A parameter that is missing must not hide which operation was meant.
  const acceptsWithout = (rule: Rule, request: WireRequest, query: ReadonlyMap<string, string>): boolean =>
    accepts({ ...rule, requiredQuery: [], requiredHeaders: [] }, request, query);

  return (request) => {
    const query = new Map(request.query);
    const candidates = rules.get(request.method) ?? [];
    const rule =
      candidates.find((candidate) => accepts(candidate, request, query)) ??
      candidates.find((candidate) => acceptsWithout(candidate, request, query));
    if (rule === undefined)
      throw new UnknownOperationError(`no operation for ${request.method} ${request.path}`);
    const values = rule.path.exec(request.path)?.slice(1) ?? [];
    const labels: Record<string, string> = {};
    for (const [index, name] of rule.labels.entries()) labels[name] = decodeLabel(values[index] ?? '');
    return { operation: rule.operation, labels };
  };
};
