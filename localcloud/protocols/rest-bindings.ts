import { formatScalar, parseScalar } from './scalar.ts';
import type { ListShape, Member, ScalarShape, Shape, StructureShape, TimestampFormat } from './shape.ts';
import type { Route, WireRequest } from './wire.ts';

/** Where the members of a structure go in an HTTP message. */
export interface Bindings {
  readonly labels: readonly Member[];
  readonly query: readonly Member[];
  readonly queryMap: Member | undefined;
  readonly headers: readonly Member[];
  readonly headerPrefix: Member | undefined;
  readonly status: Member | undefined;
  readonly payload: Member | undefined;
  readonly body: readonly Member[];
}

const noMembers: readonly Member[] = [];

const bind = (members: readonly Member[]): Bindings => {
  const isBody = ({ traits }: Member): boolean =>
    !traits.httpLabel &&
    traits.httpQuery === undefined &&
    !traits.httpQueryParams &&
    traits.httpHeader === undefined &&
    traits.httpPrefixHeaders === undefined &&
    !traits.httpResponseCode &&
    !traits.httpPayload;
  return {
    labels: members.filter(({ traits }) => traits.httpLabel),
    query: members.filter(({ traits }) => traits.httpQuery !== undefined),
    queryMap: members.find(({ traits }) => traits.httpQueryParams),
    headers: members.filter(({ traits }) => traits.httpHeader !== undefined),
    headerPrefix: members.find(({ traits }) => traits.httpPrefixHeaders !== undefined),
    status: members.find(({ traits }) => traits.httpResponseCode),
    payload: members.find(({ traits }) => traits.httpPayload),
    body: members.filter(isBody),
  };
};

const known = new WeakMap<StructureShape, Bindings>();
const nothing = bind(noMembers);

/** The bindings of an operation's input or output. */
export const bindingsOf = (shape: Shape): Bindings => {
  if (shape.kind !== 'structure') return nothing;
  let bindings = known.get(shape);
  if (bindings === undefined) known.set(shape, (bindings = bind(shape.members)));
  return bindings;
};

const splitHeader = (shape: ListShape, header: string): string[] => {
  // An http-date has a comma of its own.
  if (shape.member.shape.kind === 'timestamp') return header.split(/(?<=GMT),\s*/);
  const parts = header.match(/"(?:[^"\\]|\\.)*"|[^,]+/g) ?? [];
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll(/\\(.)/g, '$1') : part));
};

const readHeader = (shape: Shape, header: string): unknown => {
  if (shape.kind === 'list')
    return splitHeader(shape, header).map((part) => readHeader(shape.member.shape, part));
  return parseScalar(shape as ScalarShape, header);
};

const readQuery = (member: Member, values: readonly string[]): unknown => {
  if (member.shape.kind === 'list') {
    const item = member.shape.member.shape as ScalarShape;
    return values.map((value) => parseScalar(item, value));
  }
  return parseScalar(member.shape as ScalarShape, values[0] ?? '');
};

const readQueryMembers = (bindings: Bindings, request: WireRequest, input: Record<string, unknown>): void => {
  if (bindings.query.length === 0 && bindings.queryMap === undefined) return;
  const values = new Map<string, string[]>();
  for (const [name, value] of request.query) values.set(name, [...(values.get(name) ?? []), value]);
  for (const member of bindings.query) {
    const name = member.traits.httpQuery ?? '';
    const found = values.get(name);
    if (found !== undefined) input[member.name] = readQuery(member, found);
    values.delete(name);
  }
  if (bindings.queryMap?.shape.kind === 'map') {
    const lists = bindings.queryMap.shape.value.shape.kind === 'list';
    input[bindings.queryMap.name] = Object.fromEntries([...values].map(([k, v]) => [k, lists ? v : v[0]]));
  }
};

const readPrefixHeaders = (member: Member, request: WireRequest): object => {
  const prefix = member.traits.httpPrefixHeaders?.toLowerCase() ?? '';
  const found = Object.entries(request.headers).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]));
};

/** Reads everything of an input that is not in the body. */
export const readBindings = (shape: Shape, route: Route, request: WireRequest): Record<string, unknown> => {
  const bindings = bindingsOf(shape);
  const input: Record<string, unknown> = {};
  for (const member of bindings.labels) {
    const text = route.labels[member.name];
    if (text !== undefined) input[member.name] = parseScalar(member.shape as ScalarShape, text);
  }
  readQueryMembers(bindings, request, input);
  for (const member of bindings.headers) {
    const header = request.headers[member.traits.httpHeader?.toLowerCase() ?? ''];
    if (header !== undefined) input[member.name] = readHeader(member.shape, header);
  }
  if (bindings.headerPrefix !== undefined) {
    const headers = readPrefixHeaders(bindings.headerPrefix, request);
    if (Object.keys(headers).length > 0) input[bindings.headerPrefix.name] = headers;
  }
  return input;
};

const quote = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : text);

const writeHeader = (shape: Shape, value: unknown): string => {
  const format: TimestampFormat = 'http-date';
  if (shape.kind !== 'list') return formatScalar(shape as ScalarShape, value, format);
  const item = shape.member.shape as ScalarShape;
  const texts = (value as readonly unknown[]).map((part) => formatScalar(item, part, format));
  return item.kind === 'timestamp' ? texts.join(', ') : texts.map(quote).join(', ');
};

/** Writes everything of an output that is not in the body; the status is the model's unless the output has one. */
export const writeBindings = (
  shape: Shape,
  output: Readonly<Record<string, unknown>>,
  modelStatus: number,
): { status: number; headers: Record<string, string> } => {
  const bindings = bindingsOf(shape);
  const headers: Record<string, string> = {};
  for (const member of bindings.headers) {
    const value = output[member.name];
    if (value === undefined || value === null) continue;
    headers[member.traits.httpHeader ?? ''] = writeHeader(member.shape, value);
  }
  if (bindings.headerPrefix !== undefined) {
    const values = (output[bindings.headerPrefix.name] ?? {}) as Readonly<Record<string, string>>;
    for (const [name, value] of Object.entries(values)) {
      headers[`${bindings.headerPrefix.traits.httpPrefixHeaders}${name}`] = value;
    }
  }
  const status = bindings.status === undefined ? undefined : output[bindings.status.name];
  return { status: typeof status === 'number' ? status : modelStatus, headers };
};
