import { Readable } from 'node:stream';
import type { ServiceFacts } from '../service.ts';
import { jsonError } from './json-error.ts';
import { parseJson, readJson, writeJson } from './json.ts';
import type { Model, Operation } from './model.ts';
import type { Bindings } from './rest-bindings.ts';
import { bindingsOf, readBindings, writeBindings } from './rest-bindings.ts';
import { createRouter } from './rest-route.ts';
import type { Member, Shape, StructureShape } from './shape.ts';
import type { WireAnswer, WireBody, WireError, WireProtocol } from './wire.ts';
import { parseXml } from './xml-element.ts';
import { escapeXml, readXml, writeElement, writeMembers } from './xml.ts';

type Structure = Record<string, unknown>;

/** How the two REST protocols differ: the body of structures and of errors. */
interface BodyFormat {
  readonly contentType: string;
  readPayload(member: Member, body: Uint8Array): unknown;
  readMembers(shape: StructureShape, body: Uint8Array): object;
  writePayload(member: Member, value: unknown): string;
  writeMembers(operation: Operation, members: readonly Member[], output: Structure): string;
  writeError(error: WireError, requestId: string): WireAnswer;
}

const decode = (body: Uint8Array): string => Buffer.from(body).toString('utf8');

const jsonOptions = { jsonNames: true } as const;

const jsonFormat = (model: Model): BodyFormat => ({
  contentType: 'application/json',
  readPayload: (member, body) => readJson(member.shape, parseJson(body), jsonOptions),
  readMembers: (shape, body) => readJson(shape, parseJson(body), jsonOptions) as object,
  writePayload: (member, value) => JSON.stringify(writeJson(member.shape, value, jsonOptions)),
  writeMembers: (operation, members, output) => {
    const shape = { ...(operation.output as StructureShape), members };
    return JSON.stringify(writeJson(shape, output, jsonOptions));
  },
  writeError: (error) => ({
    status: error.status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
    body: jsonError(model, error),
  }),
});

const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

const xmlFormat = (model: Model, facts: ServiceFacts): BodyFormat => {
  const namespace = ` xmlns="${escapeXml(facts.xmlNamespace ?? '')}"`;
  const root = (name: string, content: string): string =>
    `${xmlDeclaration}<${name}${namespace}>${content}</${name}>`;
  const payloadName = (member: Member): string => {
    const { shape } = member;
    return member.traits.xmlName ?? (shape.kind === 'structure' ? shape.name : member.name);
  };
  return {
    contentType: 'application/xml',
    readPayload: (member, body) => readXml(member.shape, parseXml(decode(body))),
    readMembers: (shape, body) => readXml(shape, parseXml(decode(body))) as object,
    writePayload: (member, value) => {
      const name = payloadName(member);
      if (member.shape.kind === 'structure')
        return root(name, writeMembers(member.shape.members, value as object));
      return xmlDeclaration + writeElement(member, value, name);
    },
    writeMembers: (operation, members, output) => {
      const shape = operation.output as StructureShape;
      const name = shape.traits.xmlName ?? shape.name;
      // S3 answers `<LocationConstraint>eu-central-1</LocationConstraint>` without an element around it.
      const [only] = members;
      if (members.length === 1 && only !== undefined && only.name === name) {
        return root(name, escapeXml((output[name] as string | undefined) ?? ''));
      }
      return root(name, writeMembers(members, output));
    },
    writeError: (error, requestId) => {
      const shape = model.errors.get(error.code)?.shape;
      const modelled = new Map(shape?.members.map((member) => [member.name, member]));
      const extras = Object.entries(error.members)
        .map(([name, value]) => {
          const member = modelled.get(name);
          if (member !== undefined) return writeMembers([member], error.members);
          // oxlint-disable-next-line typescript/no-base-to-string -- members that the model does not know are texts
          return value === undefined ? '' : `<${name}>${escapeXml(String(value))}</${name}>`;
        })
        .join('');
      const detail = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>${extras}`;
      return {
        status: error.status,
        headers: { 'content-type': 'application/xml' },
        body: `${xmlDeclaration}<Error>${detail}<RequestId>${requestId}</RequestId></Error>`,
      };
    },
  };
};

const readBody = (
  format: BodyFormat,
  operation: Operation,
  bindings: Bindings,
  body: WireBody,
): Structure => {
  const { payload } = bindings;
  if (payload !== undefined) {
    if (payload.shape.kind === 'blob' && payload.shape.streaming === true) {
      return {
        [payload.name]: body instanceof Readable ? body : Readable.from([body], { objectMode: false }),
      };
    }
    const bytes = body as Uint8Array;
    if (payload.shape.kind === 'blob') return bytes.length === 0 ? {} : { [payload.name]: bytes };
    if (payload.shape.kind === 'string') return bytes.length === 0 ? {} : { [payload.name]: decode(bytes) };
    return bytes.length === 0 ? {} : { [payload.name]: format.readPayload(payload, bytes) };
  }
  const bytes = body as Uint8Array;
  if (bindings.body.length === 0 || bytes.length === 0) return {};
  const shape = { ...(operation.input as StructureShape), members: bindings.body };
  return format.readMembers(shape, bytes) as Structure;
};

const isRaw = ({ shape }: Member): boolean => shape.kind === 'blob' || shape.kind === 'string';

const writeBody = (
  format: BodyFormat,
  operation: Operation,
  bindings: Bindings,
  output: Structure,
): { body?: string | Uint8Array | Readable; contentType?: string } => {
  const { payload } = bindings;
  if (payload !== undefined) {
    const value = output[payload.name];
    if (value === undefined || value === null) return {};
    if (isRaw(payload))
      return { body: value as string | Uint8Array | Readable, contentType: 'application/octet-stream' };
    return { body: format.writePayload(payload, value), contentType: format.contentType };
  }
  if (bindings.body.length === 0) return {};
  return { body: format.writeMembers(operation, bindings.body, output), contentType: format.contentType };
};

const streamsPayload = (input: Shape): boolean => {
  const shape = bindingsOf(input).payload?.shape;
  return shape?.kind === 'blob' && shape.streaming === true;
};

const createRestProtocol = (model: Model, format: BodyFormat): WireProtocol => {
  const route = createRouter(model);
  return {
    route,
    streams: ({ input }) => streamsPayload(input),
    read: (found, request, body) => {
      const { operation } = found;
      const input = readBindings(operation.input, found, request);
      return Object.assign(input, readBody(format, operation, bindingsOf(operation.input), body));
    },
    write: (operation, output) => {
      const values = output as Structure;
      const modelStatus = operation.traits.http?.[2] ?? 200;
      const { status, headers } = writeBindings(operation.output, values, modelStatus);
      const { body, contentType } = writeBody(format, operation, bindingsOf(operation.output), values);
      const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
      return {
        // A partial body is announced by its range; no model says so.
        status: 'Content-Range' in headers && status === 200 ? 206 : status,
        headers: contentType === undefined || typed ? headers : { ...headers, 'content-type': contentType },
        ...(body === undefined ? {} : { body }),
      };
    },
    writeError: (error, requestId) => format.writeError(error, requestId),
  };
};

/** The protocol rest-json. */
export const createRestJsonProtocol = (model: Model): WireProtocol =>
  createRestProtocol(model, jsonFormat(model));

/** The protocol rest-xml, as Amazon S3 speaks it. */
export const createRestXmlProtocol = (model: Model, facts: ServiceFacts): WireProtocol =>
  createRestProtocol(model, xmlFormat(model, facts));
