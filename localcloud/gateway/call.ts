import type { IncomingMessage } from 'node:http';
import { authorise } from './authorise.ts';
import type { CloudContext } from '../cloud-context.ts';
import type { Authentication } from './authenticate.ts';
import { authenticate } from './authenticate.ts';
import type { BodyPromise } from './body.ts';
import { checkHeaderChecksums, collectRaw, readBody, streamBody } from './body.ts';
import { decompress } from './decompress.ts';
import { identifyService, isUnsignedForm } from './identify.ts';
import { withPathStyle } from './request.ts';
import type { CallDoor } from '../faults/call-door.ts';
import { ConnectionLostError } from '../faults/perform-call.ts';
import { spoilAnswer } from '../faults/spoil-answer.ts';
import { notImplemented } from '../peers.ts';
import { assign } from '../protocols/assign.ts';
import { createProtocol } from '../protocols/create-protocol.ts';
import type { Model } from '../protocols/model.ts';
import { readModel } from '../protocols/model.ts';
import { checkRequiredMembers } from '../protocols/required-members.ts';
import { bindingsOf } from '../protocols/rest-bindings.ts';
import type { Route, WireAnswer, WireProtocol, WireRequest } from '../protocols/wire.ts';
import { isBug, toWireError } from '../protocols/wire-error.ts';
import type { Call, Service } from '../service.ts';
import { signatureAnswer } from './signature-answers.ts';
import { readSignatureClaim } from '../signature/signature-claim.ts';
import { SignatureError } from '../signature/signature-error.ts';

/** A service with its wire protocol. */
export interface Endpoint {
  readonly service: Service;
  readonly model: Model;
  readonly protocol: WireProtocol;
}

/** Prepares a service for the wire: one endpoint for each protocol that it speaks, its main one first. */
export const createEndpoints = (service: Service): readonly Endpoint[] => {
  const model = readModel(service.module);
  return [service.facts.protocol, ...(service.facts.otherProtocols ?? [])].map((protocol) => {
    const facts = { ...service.facts, protocol };
    return { service: { ...service, facts }, model, protocol: createProtocol(model, facts) };
  });
};

/** A request on its way. */
export interface Exchange {
  readonly message: IncomingMessage;
  readonly request: WireRequest;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

const unsignedLimit = 1024 * 1024;

// Lambda takes code of 50 MB as base64 in JSON; every other body in memory is a document.
const bodyLimit = (service: Service): number =>
  service.facts.protocol === 'rest-json' ? 128 * 1024 * 1024 : 16 * 1024 * 1024;

const decodedHeaders = (request: WireRequest): WireRequest => {
  const decodedLength = request.headers['x-amz-decoded-content-length'];
  const encoding = request.headers['content-encoding'];
  if (decodedLength === undefined && encoding === undefined) return request;
  const { 'content-encoding': _, ...others } = request.headers;
  const headers: Record<string, string> = others;
  // `aws-chunked` is undone here; the service sees the encodings of the object itself.
  const rest = (encoding ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'aws-chunked');
  if (rest.length > 0) headers['content-encoding'] = rest.join(',');
  if (decodedLength !== undefined) headers['content-length'] = decodedLength;
  return { ...request, headers };
};

interface Parsed {
  readonly route: Route;
  readonly input: Record<string, unknown>;
}

// A checksum that comes as a trailer belongs into the same member as one that comes as a header.
const applyTrailers = ({ operation }: Route, trailers: ReadonlyMap<string, string>, input: object): void => {
  for (const member of bindingsOf(operation.input).headers) {
    const value = trailers.get(member.traits.httpHeader?.toLowerCase() ?? '');
    if (value !== undefined) assign(input, member.name, value);
  }
};

const parseStreamed = (
  { protocol }: Endpoint,
  route: Route,
  { message, request }: Exchange,
  promise: BodyPromise,
): Parsed => {
  const input: Record<string, unknown> = {};
  const onTrailers = (trailers: ReadonlyMap<string, string>): void => applyTrailers(route, trailers, input);
  const body = streamBody(message, request, { ...promise, onTrailers });
  return { route, input: Object.assign(input, protocol.read(route, decodedHeaders(request), body)) };
};

const parseBuffered = (
  { protocol }: Endpoint,
  route: Route,
  request: WireRequest,
  body: Uint8Array,
): Parsed => {
  if (route.operation.traits['httpChecksum'] !== undefined) checkHeaderChecksums(request, body);
  return { route, input: { ...protocol.read(route, decodedHeaders(request), body) } };
};

const isRest = ({ facts }: Service): boolean =>
  facts.protocol === 'rest-json' || facts.protocol === 'rest-xml';

const parse = async (endpoint: Endpoint, exchange: Exchange, known: Authentication): Promise<Parsed> => {
  const { protocol, service } = endpoint;
  const { message, request } = exchange;
  const collect = async (): Promise<Uint8Array> =>
    known.body ?? (await readBody(message, request, known.promise, bodyLimit(service)));
  if (!isRest(service)) {
    const body = decompress(request, await collect(), bodyLimit(service));
    return parseBuffered(endpoint, protocol.route(request, body), request, body);
  }
  const route = protocol.route(request, undefined);
  if (known.body === undefined && protocol.streams(route.operation)) {
    return parseStreamed(endpoint, route, exchange, known.promise);
  }
  return parseBuffered(endpoint, route, request, await collect());
};

// Held to no role's policies and hence allowed only what needs no permission.
const anonymous = (form: Uint8Array | undefined): Authentication => {
  if (form === undefined) throw new SignatureError('missing', 'the request is not signed');
  return { caller: { kind: 'role', arn: 'anonymous', accountId: 'anonymous' }, promise: {}, body: form };
};

// Calls that get a caller its first credentials.
const unsignedOperations = new Set(['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity']);

/** What a call is answered with. */
export interface CallScope {
  readonly context: CloudContext;
  readonly door: CallDoor;
}

const perform = async (
  { context, door }: CallScope,
  endpoint: Endpoint,
  exchange: Exchange,
  form: Uint8Array | undefined,
): Promise<WireAnswer> => {
  const { service, protocol } = endpoint;
  const { message, requestId, signal } = exchange;
  const claim = readSignatureClaim(exchange.request);
  const known =
    claim === undefined
      ? anonymous(form)
      : await authenticate(context, message, exchange.request, claim, bodyLimit(service));
  const isS3 = service.facts.protocol === 'rest-xml';
  const request = isS3 ? withPathStyle(exchange.request) : exchange.request;
  const { route, input } = await parse(endpoint, { ...exchange, request }, known);
  const { operation } = route;
  if (claim === undefined && !unsignedOperations.has(operation.name)) {
    throw new SignatureError('missing', 'the request is not signed');
  }
  const run = service.operations[operation.name] as ((input: object, call: Call) => unknown) | undefined;
  if (run === undefined) throw notImplemented(service.facts.name, operation.name);
  const { name } = service.facts;
  const { caller } = known;
  const { output, faults } = await door({ service: name, action: operation.name, input, caller }, (given) => {
    checkRequiredMembers(service.facts, operation.input, given);
    authorise(context, service, operation.name, given, caller);
    context.log('debug', 'API call', { service: name, operation: operation.name, caller: caller.arn });
    return run(given, { requestId, caller, signal });
  });
  const answer = protocol.write(operation, output, requestId);
  return faults.length === 0 ? answer : spoilAnswer(answer, faults);
};

const unknownService = (request: WireRequest): WireAnswer => {
  const code = 'NotImplemented';
  const message = 'the local cloud has no such service';
  // Forms come from clients that read XML; this form of it is understood by those of EC2 and of all others.
  return request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
    ? {
        status: 501,
        headers: { 'content-type': 'text/xml' },
        body: `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors></Response>`,
      }
    : {
        status: 501,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
        body: JSON.stringify({ __type: code, message }),
      };
};

/**
 * Answers an AWS API call: identify, authenticate, parse, authorise, run, serialise. @throws ConnectionLostError when
 * the fault plan wants no answer; nothing else.
 */
export const handleCall = async (
  scope: CallScope,
  endpoints: readonly Endpoint[],
  exchange: Exchange,
): Promise<WireAnswer> => {
  const { message, request } = exchange;
  const form = isUnsignedForm(request) ? await collectRaw(message, unsignedLimit) : undefined;
  const endpoint = identifyService(endpoints, request, form);
  if (endpoint === undefined) return unknownService(request);
  const { service, model, protocol } = endpoint;
  try {
    return await perform(scope, endpoint, exchange, form);
  } catch (error) {
    if (error instanceof ConnectionLostError) throw error;
    if (isBug(error) && !(error instanceof SignatureError)) {
      const { method, path } = request;
      const stack = error instanceof Error ? error.stack : String(error);
      scope.context.log('error', 'an operation failed', { service: service.facts.name, method, path, stack });
    }
    const reported = error instanceof SignatureError ? signatureAnswer(service.facts.protocol, error) : error;
    return protocol.writeError(toWireError(reported, model, service.facts), exchange.requestId);
  }
};
