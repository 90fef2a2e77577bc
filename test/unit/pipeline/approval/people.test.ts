import { describe, expect, test } from '@jest/globals';
import { isRequester, isSamePerson, mayDecide } from '#pipeline/approval/people';

describe('mayDecide', () => {
  test.each([
    [[], 'U1', undefined, true],
    [['U1'], 'U1', undefined, true],
    [['ann'], 'U1', 'ann', true],
    [['arn:aws:iam::1:user/ann'], 'arn:aws:iam::1:user/ann', undefined, true],
    [
      ['arn:aws:iam::111111111111:role/Ops'],
      'arn:aws:sts::111111111111:assumed-role/Ops/ann',
      undefined,
      true,
    ],
    [
      ['arn:aws:iam::222222222222:role/Ops'],
      'arn:aws:sts::111111111111:assumed-role/Ops/ann',
      undefined,
      false,
    ],
    // The lists of who may are read to the letter: no name is taken for another.
    [['u1'], 'U1', undefined, false],
    [['ann'], 'arn:aws:iam::1:user/ann', undefined, false],
    [['ann'], 'U1', 'Ann', false],
    [['ann'], 'ann ', undefined, false],
  ])('of %j, %s (%s): %s', (users, user, userName, expected) => {
    expect(mayDecide({ users }, { user, ...(userName === undefined ? {} : { userName }) })).toBe(expected);
  });
});

describe('isRequester', () => {
  test.each([
    ['U1', 'u1', undefined, true],
    ['ann', 'arn:aws:iam::1:user/team/Ann', undefined, true],
    ['Ann Lee <ann@example.org>', 'U1', 'ANN LEE', true],
    ['Ann Lee <ann@example.org>', 'arn:aws:sts::1:assumed-role/Dev/Ann@Example.org', undefined, true],
    ['arn:aws:iam::1:user/ann', 'U1', 'ann', true],
    ['arn:aws:iam::1:user/ann', 'arn:aws:iam::1:user/bob', undefined, false],
    ['Ann Lee <ann@example.org>', 'U2', 'bob', false],
    ['', '', undefined, false],
  ])('%s is %s (%s): %s', (requester, user, userName, expected) => {
    const person = { user, ...(userName === undefined ? {} : { userName }) };
    expect(isRequester({ requesters: [requester] }, person)).toBe(expected);
  });
});

describe('isSamePerson', () => {
  test('knows a person in Slack and in the CLI by the name', () => {
    expect(isSamePerson({ user: 'U1', userName: 'ann' }, { user: 'arn:aws:iam::1:user/ann' })).toBe(true);
    expect(isSamePerson({ user: 'U1', userName: 'ann' }, { user: 'U2', userName: 'bob' })).toBe(false);
  });
});
