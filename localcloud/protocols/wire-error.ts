import { AwsError } from '../errors.ts';
import type { Protocol, ServiceFacts } from '../service.ts';
import { MalformedError } from './malformed-error.ts';
import type { ErrorShape, Model } from './model.ts';
import type { WireError } from './wire.ts';
import { UnknownOperationError } from './wire.ts';

/** An exception class of an SDK client, thrown by an operation. */
interface SdkException extends Error {
  readonly $fault: 'client' | 'server';
  readonly $metadata: { readonly httpStatusCode?: number };
}

const isSdkException = (error: unknown): error is SdkException => error instanceof Error && '$fault' in error;

const malformedCodes: Readonly<Record<Protocol, string>> = {
  ec2: 'InvalidParameterValue',
  query: 'MalformedInput',
  'json-1.0': 'SerializationException',
  'json-1.1': 'SerializationException',
  'rest-json': 'SerializationException',
  'rest-xml': 'InvalidArgument',
};

const malformed = (facts: ServiceFacts, { message }: Error): WireError => {
  const isXml = facts.protocol === 'rest-xml' && message.startsWith('the XML');
  const code = isXml ? 'MalformedXML' : malformedCodes[facts.protocol];
  const text = isXml
    ? 'The XML you provided was not well-formed or did not validate against our published schema'
    : message;
  return { code, message: text, status: 400, fault: 'client', members: {} };
};

const unknownOperation = (facts: ServiceFacts, { message }: Error): WireError => {
  const error = { message, status: 400, fault: 'client', members: {} } as const;
  switch (facts.protocol) {
    case 'rest-xml': {
      const text = 'The specified method is not allowed against this resource.';
      return { ...error, code: 'MethodNotAllowed', message: text, status: 405 };
    }
    case 'ec2':
    case 'query':
      return { ...error, code: 'InvalidAction' };
    default:
      return {
        ...error,
        code: 'UnknownOperationException',
        status: facts.protocol === 'rest-json' ? 404 : 400,
      };
  }
};

const exceptionMembers = (model: Model, error: SdkException): Readonly<Record<string, unknown>> => {
  const members = model.errors.get(error.name)?.shape.members ?? [];
  const values = error as unknown as Readonly<Record<string, unknown>>;
  return Object.fromEntries(members.map(({ name }) => [name, values[name]]));
};

// An error may have another code in the query protocols than in the others; a service names it by either.
const wireCode = (modelled: ErrorShape | undefined, code: string, { protocol }: ServiceFacts): string => {
  if (modelled === undefined) return code;
  return protocol === 'query' || protocol === 'ec2' ? modelled.queryCode : modelled.shape.name;
};

const internal: Readonly<Record<Protocol, string>> = {
  ec2: 'InternalError',
  query: 'InternalFailure',
  'json-1.0': 'InternalFailure',
  'json-1.1': 'InternalFailure',
  'rest-json': 'InternalFailure',
  'rest-xml': 'InternalError',
};

/**
 * What a thrown value is on the wire: an `AwsError` as it says, an SDK exception as its model says; anything else is a
 * bug of ours, and its text stays here.
 */
export const toWireError = (error: unknown, model: Model, facts: ServiceFacts): WireError => {
  if (error instanceof AwsError) {
    const { message, status, members } = error;
    return {
      code: wireCode(model.errors.get(error.code), error.code, facts),
      message,
      status,
      members,
      fault: status >= 500 ? 'server' : 'client',
    };
  }
  if (error instanceof MalformedError) return malformed(facts, error);
  if (error instanceof UnknownOperationError) return unknownOperation(facts, error);
  if (isSdkException(error)) {
    const modelled = model.errors.get(error.name);
    const status = modelled?.status ?? (error.$fault === 'server' ? 500 : 400);
    const members = exceptionMembers(model, error);
    return {
      code: wireCode(modelled, error.name, facts),
      message: error.message,
      status,
      members,
      fault: error.$fault,
    };
  }
  const message = 'We encountered an internal error. Please try again.';
  return { code: internal[facts.protocol], message, status: 500, fault: 'server', members: {} };
};

/** True when `toWireError` would hide the error's text, so that it must be logged. */
export const isBug = (error: unknown): boolean =>
  !(
    error instanceof AwsError ||
    error instanceof MalformedError ||
    error instanceof UnknownOperationError ||
    isSdkException(error)
  );
