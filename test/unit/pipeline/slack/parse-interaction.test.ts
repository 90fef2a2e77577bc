import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { approvalMessage } from '#pipeline/slack/approval-message';
import { parseInteraction } from '#pipeline/slack/parse-interaction';
import { clickPayload, formOf } from '#test/helpers/signed-click';
import { anApproval } from '#test/helpers/slack-fixtures';

const message = { channel: 'C0RELEASES', ts: '1.1', blocks: approvalMessage(anApproval()).blocks };
const user = { id: 'U0JANE', name: 'jane' };
const payload = clickPayload({ message, action: 'approve', user });
const parse = (value: unknown, team?: string) =>
  parseInteraction(Buffer.from(formOf(value)), team === undefined ? {} : { team });
const reasonFor = (body: string | Uint8Array): string | undefined => {
  const interaction = parseInteraction(Buffer.from(body), {});
  return interaction.kind === 'malformed' ? interaction.reason : undefined;
};
const withAction = (patch: object) => {
  const [action] = payload['actions'] as [object];
  return { ...payload, actions: [{ ...action, ...patch }] };
};

describe('a click on a button', () => {
  test('is a word on what the message showed', () => {
    expect(parse(payload)).toEqual({
      kind: 'decision',
      decided: {
        decision: 'approve',
        approvalId: '0123456789abcdef0123',
        app: 'hello',
        planDigest: 'fedcba9876543210',
        user: 'U0JANE',
        userName: 'jane',
        via: 'slack',
      },
    });
    expect(parse(clickPayload({ message, action: 'reject', user }))).toMatchObject({
      decided: { decision: 'reject' },
    });
  });

  test('A13 carries no address that anything is sent to', () => {
    const hostile = parse({ ...payload, response_url: 'http://169.254.169.254/latest/meta-data' });
    expect(hostile).toEqual(parse(payload));
    expect(JSON.stringify(hostile)).not.toContain('169.254');
  });

  test.each([
    ['without a payload', 'something=else', 'payload missing'],
    ['without a body', '', 'payload missing'],
    ['with two payloads', `${formOf(payload)}&${formOf(payload)}`, 'payload given twice'],
    ['with a payload that is no JSON', 'payload=%7Bnot', 'payload is no JSON'],
    ['of JSON null', 'payload=null', 'payload is no click on one button'],
    ['of deep JSON', `payload=${'['.repeat(50_000)}`, 'payload is no JSON'],
    ['that is compressed', gzipSync(formOf(payload)), 'body is no UTF-8'],
    ['in UTF-16', Buffer.from(formOf(payload), 'utf16le'), 'payload missing'],
    ['in Latin-1', Buffer.from('payload=é', 'latin1'), 'body is no UTF-8'],
    ['of 1 MB', formOf({ ...payload, padding: 'x'.repeat(1_000_000) }), 'body too large'],
  ])('is not a request %s', (_, body, reason) => {
    expect(reasonFor(body)).toBe(reason);
  });

  test.each([
    ['another type', { ...payload, type: 'view_submission' }],
    ['no type', { ...payload, type: undefined }],
    ['no user', { ...payload, user: undefined }],
    ["a user's id that is none", { ...payload, user: { id: '<!channel>' } }],
    ['no action', { ...payload, actions: [] }],
    ['two actions', { ...payload, actions: [...(payload['actions'] as object[]), {}] }],
    ['an unknown action', withAction({ action_id: 'kiln-delete' })],
    ['an action named like a built-in property', withAction({ action_id: 'constructor' })],
    ['no value', withAction({ value: undefined })],
    ['a value that is no JSON', withAction({ value: 'approve' })],
    ['a value without a plan', withAction({ value: '{"approvalId":"0123456789","app":"hello"}' })],
    [
      'a value that leads to another document',
      withAction({
        value: JSON.stringify({ approvalId: '0123456789', app: '../releases', planDigest: '0123456789' }),
      }),
    ],
    [
      'a value with more in it',
      withAction({
        value: JSON.stringify({
          approvalId: '0123456789',
          app: 'a',
          planDigest: '0123456789',
          decision: 'x',
        }),
      }),
    ],
  ])('is not a payload with %s', (_, value) => {
    expect(parse(value).kind).toBe('malformed');
  });

  test('counts from the connected workspace only, not from a guest of a shared channel', () => {
    expect(parse(payload, 'T0TEST').kind).toBe('decision');
    expect(parse(payload, 'T0OTHER').kind).toBe('malformed');
    const guest = { ...payload, user: { id: 'U0GUEST', team_id: 'T0OTHER' } };
    expect(parse(guest, 'T0TEST').kind).toBe('malformed');
    expect(parse({ ...payload, team: null, user: { id: 'U0JANE' } }, 'T0TEST').kind).toBe('malformed');
  });

  test('counts from any workspace of the connected organisation', () => {
    const inOrganisation = { ...payload, enterprise: { id: 'E0ACME', name: 'Acme' }, team: null };
    expect(parse(inOrganisation, 'E0ACME').kind).toBe('decision');
    expect(parse(payload, 'E0ACME').kind).toBe('malformed');
  });
});
