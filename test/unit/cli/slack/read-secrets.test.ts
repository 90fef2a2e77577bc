import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { readSecrets } from '#cli/slack/read-secrets';

const questions = [
  { variable: 'TOKEN', question: 'token' },
  { variable: 'SECRET', question: 'secret' },
];

const asked = (environment: Record<string, string>, typed: string, isTTY = false) => {
  const input = Object.assign(new PassThrough(), { isTTY });
  input.end(typed);
  const shown: string[] = [];
  const prompt = { write: (text: string) => shown.push(text) };
  return { shown, answer: readSecrets(questions, { environment, input, prompt }) };
};

describe('secrets', () => {
  test('come from the environment without a question', async () => {
    const { answer, shown } = asked({ TOKEN: 'a', SECRET: 'b' }, '');
    expect(await answer).toEqual(['a', 'b']);
    expect(shown).toEqual([]);
  });

  test('come from piped lines in their order', async () => {
    expect(await asked({}, 'a\n b \n').answer).toEqual(['a', 'b']);
    expect(await asked({ TOKEN: 'a' }, 'b\n').answer).toEqual(['a', 'b']);
  });

  test('are asked for on a terminal, and never shown', async () => {
    const { answer, shown } = asked({}, 'typed-a\ntyped-b\n', true);
    expect(await answer).toEqual(['typed-a', 'typed-b']);
    expect(shown.join('')).toBe('token: \nsecret: \n');
  });

  test('that are missing end the command with the name of their variable', async () => {
    await expect(asked({}, 'a\n').answer).rejects.toMatchObject({
      name: 'UserError',
      message: "no answer to 'secret'",
      suggestion: 'set SECRET, or type it',
    });
  });

  test('typed Ctrl-C interrupts', async () => {
    await expect(asked({}, '\u0003', true).answer).rejects.toMatchObject({ name: 'InterruptedError' });
  });
});
