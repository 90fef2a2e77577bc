import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { KnownBlock } from '@slack/types';

/** A message as somebody in the channel sees it. */
export interface FakeMessage {
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
  readonly clientMessageId: string;
  /** How often it was rewritten. */
  readonly updates: number;
}

/** What the next calls meet instead of an answer. */
export type SlackFault =
  /** The connection is cut before anything happens. */
  | { readonly kind: 'down' }
  /** It happens, and the connection is cut before the answer. */
  | { readonly kind: 'reply-lost' }
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'status'; readonly status: number }
  /** A refusal with `ok: false`. */
  | { readonly kind: 'error'; readonly error: string }
  | { readonly kind: 'slow'; readonly milliseconds: number };

/** What was whispered to one person. */
export interface FakeWhisper {
  readonly channel: string;
  readonly user: string;
  readonly text: string;
}

/** A stand-in for Slack's Web API on 127.0.0.1, for the real client. */
export interface FakeSlack extends AsyncDisposable {
  /** For the setting `api-url`. */
  readonly apiUrl: string;
  readonly token: string;
  /** In the order in which they were posted. */
  messages(): readonly FakeMessage[];
  whispers(): readonly FakeWhisper[];
  /** Methods that were called, as `chat.postMessage`, faults included. */
  calls(): readonly string[];
  /** The next calls, `times` of them, meet a fault. */
  fail(fault: SlackFault, times?: number): void;
  /** Somebody deletes a message by hand. */
  remove(ts: string): void;
  stop(): Promise<void>;
}

type Answer = { readonly ok: boolean } & Readonly<Record<string, unknown>>;
type Form = ReadonlyMap<string, string>;

const readForm = async (request: IncomingMessage): Promise<Form> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return new Map(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
};

const reply = (response: ServerResponse, status: number, body: Answer, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

/** What Slack checks of a message's blocks (AWS-FACTS 4.7). */
const isTooLong = (blocks: readonly KnownBlock[]): boolean =>
  blocks.some((block) => {
    if (block.type === 'header') return block.text.text.length > 150;
    if (block.type !== 'section') return false;
    const { text, fields = [] } = block;
    return (
      (text?.text.length ?? 0) > 3000 ||
      fields.length > 10 ||
      fields.some((field) => field.text.length > 2000)
    );
  });

/** Starts one that accepts `token` and knows every channel. */
export const startFakeSlack = async (token = 'xoxb-test'): Promise<FakeSlack> => {
  const messages = new Map<string, FakeMessage>();
  const posted = new Map<string, string>();
  const whispers: FakeWhisper[] = [];
  const calls: string[] = [];
  const faults: SlackFault[] = [];

  const post = (form: Form, blocks: readonly KnownBlock[]): Answer => {
    const channel = form.get('channel') ?? '';
    const clientMessageId = form.get('client_msg_id') ?? '';
    const known = posted.get(clientMessageId);
    if (known !== undefined) return { ok: true, channel, ts: known };
    const ts = `1767225600.${String(posted.size + 1).padStart(6, '0')}`;
    posted.set(clientMessageId === '' ? ts : clientMessageId, ts);
    messages.set(ts, { channel, ts, text: form.get('text') ?? '', blocks, clientMessageId, updates: 0 });
    return { ok: true, channel, ts };
  };

  const update = (form: Form, blocks: readonly KnownBlock[]): Answer => {
    const ts = form.get('ts') ?? '';
    const message = messages.get(ts);
    if (message === undefined || message.channel !== form.get('channel'))
      return { ok: false, error: 'message_not_found' };
    messages.set(ts, { ...message, text: form.get('text') ?? '', blocks, updates: message.updates + 1 });
    return { ok: true, channel: message.channel, ts };
  };

  const perform = (method: string, form: Form): Answer => {
    const blocks = JSON.parse(form.get('blocks') ?? '[]') as KnownBlock[];
    if (isTooLong(blocks)) return { ok: false, error: 'invalid_blocks' };
    switch (method) {
      case 'auth.test':
        return {
          ok: true,
          team: 'Test',
          team_id: 'T0TEST',
          user: 'kiln',
          url: 'https://test.slack.example/',
        };
      case 'chat.postMessage':
        return post(form, blocks);
      case 'chat.update':
        return update(form, blocks);
      case 'chat.postEphemeral':
        whispers.push({
          channel: form.get('channel') ?? '',
          user: form.get('user') ?? '',
          text: form.get('text') ?? '',
        });
        return { ok: true, message_ts: '1767225600.999999' };
      default:
        return { ok: false, error: 'unknown_method' };
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = await readForm(request);
    const method = (request.url ?? '').replace(/^\/api\//, '');
    calls.push(method);
    const fault = faults.shift();
    if (fault?.kind === 'down') return void request.socket.destroy();
    if (fault?.kind === 'status') return reply(response, fault.status, { ok: false });
    if (fault?.kind === 'error') return reply(response, 200, { ok: false, error: fault.error });
    if (fault?.kind === 'rate-limited')
      return reply(
        response,
        429,
        { ok: false, error: 'ratelimited' },
        { 'retry-after': fault.retryAfterSeconds },
      );
    if (fault?.kind === 'slow') await pause(fault.milliseconds);
    if (request.headers.authorization !== `Bearer ${token}`)
      return reply(response, 200, { ok: false, error: 'invalid_auth' });
    const result = perform(method, form);
    if (fault?.kind === 'reply-lost') return void request.socket.destroy();
    reply(response, 200, result);
  };

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    token,
    messages: () => [...messages.values()],
    whispers: () => whispers,
    calls: () => calls,
    fail: (fault, times = 1) => {
      for (let time = 0; time < times; time += 1) faults.push(fault);
    },
    remove: (ts) => {
      messages.delete(ts);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
};
