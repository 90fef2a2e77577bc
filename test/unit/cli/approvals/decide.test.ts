import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { decide } from '#cli/approvals/decide';
import type { Connection } from '#cli/connection';
import type { Stack } from '#cli/stack';
import { approvalKey } from '#pipeline/approval/approval-record';
import type { ApprovalRecord } from '#pipeline/approval/approval-record';
import type { Clock } from '#pipeline/clock';
import { aDecision, anApproval, minutesAgo } from '#test/helpers/cli-fixtures';
import { instantClock } from '#test/helpers/instant-clock';
import { memoryDocuments } from '#test/helpers/memory-documents';

const mock = mockClient(EventBridgeClient);
afterEach(() => {
  mock.reset();
});

const approval = anApproval();
const input = { approval, decision: 'approve', user: aDecision().user, comment: 'fine' } as const;

const world = () => {
  const documents = memoryDocuments({ [approvalKey(approval)]: { ...approval, taskToken: 'secret' } });
  const connection = { events: new EventBridgeClient({ region: 'r' }) } as Connection;
  const stack = { eventBusName: 'kiln' } as Stack;
  const { signal } = new AbortController();
  return { documents, deps: { connection, stack, documents, clock: instantClock(), signal } };
};

describe('decide', () => {
  test('puts the decision on the plan that was shown on the bus and gives what came of it', async () => {
    const { documents, deps } = world();
    mock.on(PutEventsCommand).callsFake(async () => {
      await documents.update(approvalKey(approval), (found) => ({
        ...found,
        status: 'approved',
        decisions: [aDecision()],
        resumedAt: minutesAgo(0),
      }));
      return { FailedEntryCount: 0 };
    });
    const found = await decide(input, deps);
    expect(found.outcome).toEqual({ kind: 'counted', final: true });
    expect(found.approval).not.toHaveProperty('taskToken');
    const [entry] = mock.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries ?? [];
    expect(entry).toMatchObject({ EventBusName: 'kiln', Source: 'kiln', DetailType: 'approval.decided' });
    expect(JSON.parse(entry?.Detail ?? '')).toEqual({
      approvalId: approval.approvalId,
      app: 'hello',
      planDigest: approval.planDigest,
      decision: 'approve',
      user: 'arn:aws:iam::1:user/ben',
      via: 'cli',
      comment: 'fine',
    });
  });

  test('does not take a decision for final that is taken back since the rollout had ended', async () => {
    const { documents, deps } = world();
    const key = approvalKey(approval);
    const reason = 'the rollout ended before';
    mock.on(PutEventsCommand).callsFake(async () => {
      const decided = { ...approval, status: 'approved', decisions: [aDecision()] };
      await documents.update(key, () => decided);
      return { FailedEntryCount: 0 };
    });
    const clock: Clock = {
      ...deps.clock,
      delay: async () => {
        await documents.update<ApprovalRecord>(key, () => ({
          ...approval,
          status: 'expired',
          refused: [{ ...aDecision(), reason }],
          resumedAt: minutesAgo(0),
        }));
      },
    };
    expect((await decide(input, { ...deps, clock })).outcome).toEqual({ kind: 'refused', reason });
  });

  test('fails when the bus does not take the event', async () => {
    mock.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries: [{ ErrorMessage: 'busy' }] });
    await expect(decide(input, world().deps)).rejects.toThrow("not taken by bus 'kiln': busy");
  });

  test('fails when nobody takes the decision in time', async () => {
    mock.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
    await expect(decide(input, world().deps)).rejects.toThrow('nothing came of the decision');
  });
});
