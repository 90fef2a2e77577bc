import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { verifySignature } from '#pipeline/slack/verify-signature';
import { signedHeaders } from '#test/helpers/signed-click';

const secret = 'current-secret';
const body = Buffer.from('payload=%7B%22type%22%3A%22block_actions%22%7D');
const now = new Date('2026-01-01T00:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const verdictOn = (
  headers: Readonly<Record<string, string | undefined>>,
  options: { readonly body?: Uint8Array; readonly secrets?: readonly string[]; readonly at?: Date } = {},
) =>
  verifySignature(
    { headers, body: options.body ?? body },
    { secrets: options.secrets ?? [secret], now: options.at ?? now },
  );

const signed = signedHeaders(body, secret, now);
const signature = signed['x-slack-signature'] ?? '';

/** Headers that are signed properly over a timestamp of any form. */
const stamped = (timestamp: string) => ({
  'x-slack-request-timestamp': timestamp,
  'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`,
});

describe('a signature of Slack', () => {
  test('over the body as it came is valid', () => {
    expect(verdictOn(signed)).toBe('valid');
  });

  test('agrees with the example of its documentation', () => {
    // The example of https://docs.slack.dev/authentication/verifying-requests-from-slack
    const example = Buffer.from(
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    );
    const headers = {
      'X-Slack-Request-Timestamp': '1531420618',
      'X-Slack-Signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    };
    expect(
      verdictOn(headers, {
        body: example,
        secrets: ['8f742231b10e8888abcd99yyyzzz85a5'],
        at: new Date(1_531_420_618_000),
      }),
    ).toBe('valid');
  });

  test.each([
    ['of another secret', signedHeaders(body, 'another', now)['x-slack-signature'], 'forged'],
    ['with one other digit', signature.replace(/.$/, (last) => (last === '0' ? '1' : '0')), 'forged'],
    ['that is missing', undefined, 'malformed'],
    ['that is empty', '', 'malformed'],
    ['with prefix v1=', signature.replace('v0=', 'v1='), 'malformed'],
    ['without prefix', signature.slice(3), 'malformed'],
    ['in capitals', `v0=${signature.slice(3).toUpperCase()}`, 'malformed'],
    ['that is short', signature.slice(0, -2), 'malformed'],
    ['that is long', `${signature}00`, 'malformed'],
    ['with a line feed behind it', `${signature}\n`, 'malformed'],
  ])('A01 a signature %s is refused', (_, value, verdict) => {
    expect(verdictOn({ ...signed, 'x-slack-signature': value })).toBe(verdict);
  });

  test.each(['', '0', '-1', 'NaN', '1e9', '1767225600.5', ' 1767225600', '0x6955b900', '9'.repeat(30)])(
    "A02 the timestamp '%s' is refused although it is signed",
    (timestamp) => {
      expect(verdictOn(stamped(timestamp))).not.toBe('valid');
    },
  );

  test('A02 a request from 301 seconds ago or ahead is refused', () => {
    expect(verdictOn(signed, { at: later(301) })).toBe('out of time');
    expect(verdictOn(signed, { at: later(-301) })).toBe('out of time');
  });

  test('K04 clocks that are 4:59 and 5:00 apart are accepted, 5:01 apart not', () => {
    const verdicts = [299, 300, 301, -299, -300, -301].map((seconds) =>
      verdictOn(signed, { at: later(seconds) }),
    );
    expect(verdicts).toEqual(['valid', 'valid', 'out of time', 'valid', 'valid', 'out of time']);
  });

  test('A02 a header that comes twice is refused, joined or under two spellings', () => {
    const timestamp = signed['x-slack-request-timestamp'] ?? '';
    expect(verdictOn({ ...signed, 'x-slack-request-timestamp': `${timestamp},${timestamp}` })).toBe(
      'malformed',
    );
    expect(verdictOn({ ...signed, 'x-slack-signature': `${signature},${signature}` })).toBe('malformed');
    expect(verdictOn({ ...signed, 'X-Slack-Signature': signature })).toBe('malformed');
    expect(verdictOn({ ...signed, 'X-Slack-Request-Timestamp': timestamp })).toBe('malformed');
  });

  test('the case of header names does not matter', () => {
    const upper = Object.fromEntries(
      Object.entries(signed).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect(verdictOn(upper)).toBe('valid');
  });

  test('A04 a body that means the same in other bytes is refused', () => {
    const encoded = Buffer.from(body.toString().replaceAll('%22', '"'));
    expect(verdictOn(signed, { body: encoded })).toBe('forged');
  });

  test('A12 while the secret is rotated both count, and after that one', () => {
    const former = signedHeaders(body, 'former-secret', now);
    expect(verdictOn(former, { secrets: [secret, 'former-secret'] })).toBe('valid');
    expect(verdictOn(signed, { secrets: [secret, 'former-secret'] })).toBe('valid');
    expect(verdictOn(former)).toBe('forged');
  });
});
