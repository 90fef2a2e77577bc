import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from '../../errors.ts';
import type { LambdaDeps } from './deps.ts';
import type { UrlRecord } from './function-urls.ts';
import { functionUrlPrefix } from './function-urls.ts';
import { policyAllows } from './permissions.ts';
import type { UrlAnswer } from './url-answer.ts';
import { messageAnswer, urlAnswer } from './url-answer.ts';
import { urlEvent } from './url-event.ts';

const bodyLimitBytes = 6_291_456;

const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= bodyLimitBytes) chunks.push(chunk);
  }
  return bytes > bodyLimitBytes ? undefined : Buffer.concat(chunks);
};

const invokeUrl = async (
  deps: LambdaDeps,
  record: UrlRecord,
  url: string,
  request: IncomingMessage,
): Promise<UrlAnswer> => {
  const { context, pool, store } = deps;
  const body = await readBody(request);
  if (body === undefined) return messageAnswer(413, 'Request Entity Too Large');
  const requestId = context.random.uuid();
  const event = urlEvent(request, { urlId: record.urlId, requestId, url, body, now: context.clock.now() });
  const target = store.target(record.reference);
  const outcome = await pool.invoke(target, {
    requestId,
    payload: JSON.stringify(event),
    invokedArn: target.invokedArn,
  });
  return outcome.error === undefined
    ? urlAnswer(outcome.payload)
    : {
        status: 502,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from('Internal Server Error'),
      };
};

const answerFor = async (deps: LambdaDeps, request: IncomingMessage): Promise<UrlAnswer> => {
  const [urlId = '', rest = ''] = (request.url ?? '').slice(functionUrlPrefix.length).split(/(?=[/?])(.*)/s);
  const record = deps.store.urls.list().find((candidate) => candidate.urlId === urlId);
  if (record === undefined) return messageAnswer(404, 'Not Found');
  // Signatures are not verified here, so that only open URLs answer.
  const open =
    record.authType === 'NONE' && policyAllows(deps, record.reference, 'lambda:InvokeFunctionUrl', '*');
  if (!open) return messageAnswer(403, 'Forbidden');
  try {
    return await invokeUrl(deps, record, rest.startsWith('/') ? rest : `/${rest}`, request);
  } catch (error) {
    if (error instanceof AwsError) return messageAnswer(error.status, error.message);
    throw error;
  }
};

/** Answers a request to a function's URL with the function's result. */
export const handleUrlRequest = async (
  deps: LambdaDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const answer = await answerFor(deps, request);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
  response.end(answer.body);
};
