import { describe, expect, test } from '@jest/globals';
import { chooseApproval } from '#cli/approvals/choose-approval';
import { anApproval } from '#test/helpers/cli-fixtures';

const prod = anApproval();
const stage = anApproval({ approvalId: 'b', environment: 'stage', version: '3.0.0', releaseId: 'hello-3' });

describe('chooseApproval', () => {
  test('takes the only one that waits for the app', () => {
    const other = anApproval({ app: 'other' });
    expect(chooseApproval([other, prod], { app: 'hello' }, 'approve')).toBe(prod);
  });

  test('asks for the environment and release where several wait, and says how', () => {
    expect(() => chooseApproval([prod, stage], { app: 'hello' }, 'reject')).toThrow(
      expect.objectContaining({
        name: 'UserError',
        message: expect.stringContaining('2.0.0 in prod, 3.0.0 in stage'),
        suggestion: 'kiln reject hello --env prod --release 2.0.0',
      }),
    );
  });

  test.each([
    [{ environment: 'stage' }, stage],
    [{ release: '2.0.0' }, prod],
    [{ release: 'hello-3' }, stage],
    [{ environment: 'prod', release: '2.0.0' }, prod],
  ])('tells them apart by %j', (wanted, expected) => {
    expect(chooseApproval([prod, stage], { app: 'hello', ...wanted }, 'approve')).toBe(expected);
  });

  test.each([
    [{ app: 'nothing' }, "nothing of 'nothing' awaits approval"],
    [{ app: 'hello', release: '2.0.0', environment: 'stage' }, "nothing of 'hello 2.0.0 in stage'"],
  ])('refuses where none waits: %j', (wanted, message) => {
    expect(() => chooseApproval([prod, stage], wanted, 'approve')).toThrow(message);
  });
});
