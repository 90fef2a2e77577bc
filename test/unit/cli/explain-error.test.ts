import { describe, expect, test } from '@jest/globals';
import { ToolError } from '#bakery/base/run-tool';
import { explainError } from '#cli/explain-error';
import { UserError } from '#cli/user-error';

const systemError = (code: string, path?: string): Error => Object.assign(new Error(code), { code, path });

describe('explainError', () => {
  test('leaves an error of the user alone', () => {
    const error = new UserError('no', 'yes');
    expect(explainError(error)).toBe(error);
  });

  test('says to start the local cloud when nobody answers', () => {
    const refused = new AggregateError([systemError('ECONNREFUSED')]);
    expect(explainError(refused)).toMatchObject({ suggestion: 'npm start, in another terminal' });
  });

  test('says that an account needs credentials, and how to look at them', () => {
    const error = Object.assign(new Error('Could not load credentials'), {
      name: 'CredentialsProviderError',
    });
    expect(explainError(error)).toMatchObject({
      message: 'cannot use the AWS account: Could not load credentials',
      suggestion: 'aws sts get-caller-identity',
    });
  });

  test('says to see the doctor when a tool is missing', () => {
    expect(explainError(new ToolError("'mkfs.erofs' is not installed"))?.suggestion).toBe('kiln doctor');
  });

  test('names the folder that cannot be written', () => {
    expect(explainError(systemError('EACCES', '/opt/kiln'))?.message).toBe(
      "cannot use '/opt/kiln': permission denied",
    );
  });

  test('takes anything else for a bug', () => {
    expect(explainError(new TypeError('x is not a function'))).toBeUndefined();
    expect(explainError(systemError('ENOENT', '/opt/kiln'))).toBeUndefined();
    expect(explainError('words')).toBeUndefined();
  });
});
