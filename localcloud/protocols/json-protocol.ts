import { asBytes, findOperation } from './rpc.ts';
import { jsonError } from './json-error.ts';
import { parseJson, readJson, writeJson } from './json.ts';
import type { Model } from './model.ts';
import type { WireError, WireProtocol } from './wire.ts';

const jsonOptions = { jsonNames: false } as const;

// Smithy, `aws.protocols#awsQueryCompatible`: the code that the service's old query protocol had.
const queryErrorHeader = (model: Model, { code, fault }: WireError): Readonly<Record<string, string>> => {
  const queryCode = model.errors.get(code)?.queryCode ?? code;
  return { 'x-amzn-query-error': `${queryCode};${fault === 'client' ? 'Sender' : 'Receiver'}` };
};

/**
 * The protocols json 1.0 and 1.1: the operation is in a header, everything else in a JSON body. A service that once spoke
 * query (`queryCompatible`) goes on to tell that protocol's error codes.
 */
export const createJsonProtocol = (
  model: Model,
  version: '1.0' | '1.1',
  queryCompatible: boolean,
): WireProtocol => {
  const headers = { 'content-type': `application/x-amz-json-${version}` };
  return {
    route: (request) => {
      const target = request.headers['x-amz-target'] ?? '';
      return { operation: findOperation(model, target.slice(target.indexOf('.') + 1)), labels: {} };
    },
    streams: () => false,
    read: ({ operation }, _request, body) =>
      (readJson(operation.input, parseJson(asBytes(body)), jsonOptions) as object | undefined) ?? {},
    write: (operation, output) => {
      // An operation without output answers an empty body, as AWS does.
      if (operation.output.kind === 'unit') return { status: 200, headers, body: '' };
      return { status: 200, headers, body: JSON.stringify(writeJson(operation.output, output, jsonOptions)) };
    },
    writeError: (error) => ({
      status: error.status,
      headers: {
        ...headers,
        'x-amzn-errortype': error.code,
        ...(queryCompatible ? queryErrorHeader(model, error) : {}),
      },
      body: jsonError(model, error),
    }),
  };
};
