import { describe, expect, test } from '@jest/globals';
import { urlAnswer } from '#localcloud/services/lambda/url-answer';

const answer = (result: unknown) => {
  const { status, headers, body } = urlAnswer(JSON.stringify(result));
  return { status, headers, body: body.toString() };
};

describe('the answer of a function URL', () => {
  test('is as the result says when it has a status', () => {
    expect(
      answer({ statusCode: 302, headers: { Location: '/x', 'X-Count': 2 }, cookies: ['a=1', 'b=2'] }),
    ).toEqual({
      status: 302,
      headers: {
        'content-type': 'application/json',
        location: '/x',
        'x-count': '2',
        'set-cookie': ['a=1', 'b=2'],
      },
      body: '',
    });
  });

  test('decodes a base64 body', () => {
    expect(answer({ statusCode: 200, body: 'aGk=', isBase64Encoded: true }).body).toBe('hi');
  });

  test('has any other result as its body', () => {
    expect(answer({ ok: true })).toMatchObject({ status: 200, body: '{"ok":true}' });
    expect(answer('plain')).toMatchObject({ status: 200, body: 'plain' });
    expect(answer(null)).toMatchObject({ status: 200, body: 'null' });
  });
});
