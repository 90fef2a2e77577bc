import type { ServiceFacts } from '../service.ts';
import type { Model, Operation } from './model.ts';
import { fieldValue, parseForm, readForm } from './query-form.ts';
import { asBytes, findOperation } from './rpc.ts';
import type { Member, Shape } from './shape.ts';
import type { WireError, WireProtocol, WireRequest } from './wire.ts';
import { escapeXml, writeMembers } from './xml.ts';

const membersOf = (shape: Shape): readonly Member[] => (shape.kind === 'structure' ? shape.members : []);

const xmlHeaders = { 'content-type': 'text/xml;charset=UTF-8' };
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

// The same form is needed to find the operation and to read its input.
const formsOf = (): ((body: Uint8Array) => ReturnType<typeof parseForm>) => {
  const forms = new WeakMap<Uint8Array, ReturnType<typeof parseForm>>();
  return (body) => {
    let form = forms.get(body);
    if (form === undefined) forms.set(body, (form = parseForm(Buffer.from(body).toString())));
    return form;
  };
};

const queryText = (request: WireRequest): Uint8Array =>
  Buffer.from(
    request.query
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join('&'),
  );

const errorMembers = (model: Model, error: WireError): string => {
  const members = model.errors.get(error.code)?.shape.members ?? [];
  return writeMembers(
    members.filter(({ name }) => !/^(code|message|type)$/i.test(name)),
    error.members,
  );
};

/** The protocol query and its EC2 variant: a form goes in, XML comes out. */
export const createQueryProtocol = (model: Model, facts: ServiceFacts, ec2: boolean): WireProtocol => {
  const namespace = ` xmlns="${escapeXml(facts.xmlNamespace ?? '')}"`;
  const formOf = formsOf();
  const fallbackBodies = new WeakMap<WireRequest, Uint8Array>();
  // The form may also be the query of a GET.
  const bodyOf = (request: WireRequest, body: Uint8Array): Uint8Array => {
    if (body.length > 0) return body;
    const known = fallbackBodies.get(request) ?? queryText(request);
    fallbackBodies.set(request, known);
    return known;
  };

  const wrap = (operation: Operation, content: string, requestId: string): string => {
    const { name } = operation;
    if (ec2)
      return `<${name}Response${namespace}><requestId>${requestId}</requestId>${content}</${name}Response>`;
    const result = operation.output.kind === 'unit' ? '' : `<${name}Result>${content}</${name}Result>`;
    const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
    return `<${name}Response${namespace}>${result}${metadata}</${name}Response>`;
  };

  const wrapError = (error: WireError, requestId: string): string => {
    const detail = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>${errorMembers(model, error)}`;
    if (ec2) {
      return `<Response><Errors><Error>${detail}</Error></Errors><RequestID>${requestId}</RequestID></Response>`;
    }
    const type = error.fault === 'client' ? 'Sender' : 'Receiver';
    return `<ErrorResponse${namespace}><Error><Type>${type}</Type>${detail}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
  };

  return {
    route: (request, body) => {
      const form = formOf(bodyOf(request, body ?? new Uint8Array()));
      return { operation: findOperation(model, fieldValue(form, 'Action') ?? ''), labels: {} };
    },
    streams: () => false,
    read: ({ operation }, request, body) =>
      readForm(operation.input, formOf(bodyOf(request, asBytes(body))), ec2),
    write: (operation, output, requestId) => ({
      status: 200,
      headers: xmlHeaders,
      body: declaration + wrap(operation, writeMembers(membersOf(operation.output), output), requestId),
    }),
    writeError: (error, requestId) => ({
      status: error.status,
      headers: xmlHeaders,
      body: declaration + wrapError(error, requestId),
    }),
  };
};
