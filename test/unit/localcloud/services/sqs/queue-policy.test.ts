import { describe, expect, test } from '@jest/globals';
import { checkSender } from '#localcloud/services/sqs/queue-policy';

const arn = 'arn:aws:sqs:eu-central-1:000000000000:q';
const rule = 'arn:aws:events:eu-central-1:000000000000:rule/r';

const check = (
  statements: readonly object[],
  sourceArn?: string,
  kind: 'service' | 'role' = 'service',
): void =>
  checkSender(
    {
      name: 'q',
      arn,
      attributes: { Policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }) },
      tags: {},
      createdAt: 0,
      changedAt: 0,
    },
    {
      kind,
      arn: 'events.amazonaws.com',
      accountId: '000000000000',
      ...(sourceArn === undefined ? {} : { sourceArn }),
    },
  );

const allow = {
  Effect: 'Allow',
  Principal: { Service: 'events.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: arn,
};
const onlyRule = { ...allow, Condition: { ArnEquals: { 'aws:SourceArn': rule } } };

describe("a queue's policy", () => {
  test('lets the service and the resource that it names', () => {
    expect(() => check([allow])).not.toThrow();
    expect(() => check([onlyRule], rule)).not.toThrow();
    expect(() => check([{ ...allow, Action: 'sqs:*', Resource: '*' }], rule)).not.toThrow();
  });

  test.each<[string, readonly object[], string | undefined]>([
    ['says nothing', [], rule],
    ['names another service', [{ ...allow, Principal: { Service: 'sns.amazonaws.com' } }], rule],
    ['names another rule', [onlyRule], `${rule}2`],
    ['names a rule and none is told', [onlyRule], undefined],
    ['allows something else', [{ ...allow, Action: 'sqs:ReceiveMessage' }], rule],
    ['is about another queue', [{ ...allow, Resource: `${arn}2` }], rule],
    ['denies it', [allow, { ...onlyRule, Effect: 'Deny' }], rule],
  ])('keeps the service out when it %s', (_rule, statements, sourceArn) => {
    expect(() => check(statements, sourceArn)).toThrow('is not authorized to perform: sqs:sendmessage');
  });

  test('is not asked about roles of the account', () => {
    expect(() => check([], undefined, 'role')).not.toThrow();
  });
});
