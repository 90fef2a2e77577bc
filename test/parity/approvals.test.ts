import { PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { SendTaskFailureCommand, SendTaskSuccessCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApprovalDecided, ApprovalRequested, ApprovalStatus } from '#pipeline/approval/approval-record';
import { decideApproval } from '#pipeline/approval/decide-approval';
import type { ResumeRolloutDeps } from '#pipeline/approval/resume-rollout';
import { storeApproval } from '#pipeline/approval/store-approval';
import { approvalWorld } from '#test/helpers/approval-world';
import { poll } from '#test/helpers/poll';
import type { StatesWorld } from '#test/helpers/states-world';
import { startStatesWorld } from '#test/helpers/states-world';

let world: StatesWorld;
let approvals: ReturnType<typeof approvalWorld>;
let losesReplies = false;
let asked = 0;

/** Takes what is sent to heart and loses the reply to an answer. */
const lossy = (client: SFNClient): SFNClient =>
  ({
    send: async (command: object) => {
      const reply: unknown = await client.send(command as SendTaskSuccessCommand);
      const answers = command instanceof SendTaskSuccessCommand || command instanceof SendTaskFailureCommand;
      if (losesReplies && answers) throw new Error('connection reset');
      return reply;
    },
  }) as unknown as SFNClient;

const deps = (): ResumeRolloutDeps => ({
  ...approvals.deps,
  states: losesReplies ? lossy(world.sfn) : world.sfn,
});

const route = async (name: string, functionName: string): Promise<void> => {
  const EventPattern = JSON.stringify({ source: ['kiln'], 'detail-type': [name] });
  await world.events.send(new PutRuleCommand({ Name: functionName, EventPattern }));
  const Arn = `arn:aws:lambda:eu-central-1:000000000000:function:${functionName}`;
  await world.events.send(new PutTargetsCommand({ Rule: functionName, Targets: [{ Id: 'function', Arn }] }));
};

beforeAll(async () => {
  world = await startStatesWorld({
    storeApproval: ({ time, detail }: { time: string; detail: ApprovalRequested }) =>
      storeApproval({ ...detail, time }, deps()),
    decideApproval: ({ detail }: { detail: ApprovalDecided }) => decideApproval(detail, deps()),
  });
  await route('approval.requested', 'storeApproval');
  await route('approval.decided', 'decideApproval');
});

afterAll(() => world.stop());

/** A rollout that asks for approval, as the state machine does; gives its execution and the approval's id. */
const ask = async (TimeoutSeconds = 60): Promise<{ arn: string; approvalId: string }> => {
  approvals = approvalWorld({}, world.sfn);
  asked += 1;
  const name = `rollout-${asked}`;
  const machine = await world.machine(name, {
    RequestApproval: {
      Type: 'Task',
      Resource: 'arn:aws:states:::events:putEvents.waitForTaskToken',
      TimeoutSeconds,
      Arguments: {
        Entries: [
          {
            Source: 'kiln',
            DetailType: 'approval.requested',
            Detail: "{% $merge([$states.input, { 'taskToken': $states.context.Task.Token }]) %}",
          },
        ],
      },
      Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput.Error %}', Next: 'RollBack' }],
      End: true,
    },
    RollBack: { Type: 'Wait', Seconds: 2, End: true },
  });
  const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:run`;
  const { approvalId } = await approvals.request(2, { executionArn });
  const input = {
    approvalId,
    app: 'hello',
    environment: 'prod',
    releaseId: approvals.approval(approvalId).releaseId,
  };
  return { arn: await world.start(machine, input, 'run'), approvalId };
};

const tokenKept = (approvalId: string): Promise<string> =>
  poll(
    () => approvals.approval(approvalId).taskToken,
    5000,
    () => 'the token was not kept',
  );

const say = async (approvalId: string, decision: 'approve' | 'reject', user: string): Promise<void> => {
  const { planDigest } = approvals.approval(approvalId);
  const detail: ApprovalDecided = { approvalId, app: 'hello', planDigest, decision, user, via: 'cli' };
  const Detail = JSON.stringify(detail);
  await world.events.send(
    new PutEventsCommand({ Entries: [{ Source: 'kiln', DetailType: 'approval.decided', Detail }] }),
  );
};

const settled = (approvalId: string, status: ApprovalStatus): Promise<unknown> =>
  poll(
    () => (approvals.approval(approvalId).status === status ? true : undefined),
    5000,
    () => `the approval is ${JSON.stringify(approvals.approval(approvalId))}`,
  );

describe('an approval on the bus', () => {
  test('A05 lets the execution go on, once, whoever else decides', async () => {
    const { arn, approvalId } = await ask();
    await tokenKept(approvalId);
    await Promise.all([say(approvalId, 'approve', 'ann'), say(approvalId, 'approve', 'ann')]);
    await settled(approvalId, 'approved');
    await say(approvalId, 'reject', 'bob');
    expect(await world.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"approvedBy":["ann"]}' });
    await poll(
      () => approvals.approval(approvalId).refused[0],
      5000,
      () => 'the rejection was not refused',
    );
    expect(approvals.approval(approvalId)).toMatchObject({ status: 'approved', refused: [{ user: 'bob' }] });
  });

  test('ends it when somebody rejects, with a name that a Catch matches', async () => {
    const { arn, approvalId } = await ask();
    await say(approvalId, 'reject', 'ann');
    expect(await world.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"ApprovalRejected"' });
  });

  test.each(['approve', 'reject'] as const)(
    'A11 %s: a lost reply is made good from the history',
    async (decision) => {
      const { arn, approvalId } = await ask();
      await tokenKept(approvalId);
      const { planDigest } = approvals.approval(approvalId);
      const detail: ApprovalDecided = {
        approvalId,
        app: 'hello',
        planDigest,
        decision,
        user: 'ann',
        via: 'cli',
      };
      losesReplies = true;
      await expect(decideApproval(detail, deps())).rejects.toThrow('connection reset');
      losesReplies = false;
      expect(await decideApproval(detail, deps())).toEqual({ outcome: 'repeated' });
      expect(approvals.approval(approvalId)).toMatchObject({
        status: decision === 'approve' ? 'approved' : 'rejected',
        resumedAt: expect.any(String),
      });
      expect(await world.ended(arn)).toMatchObject({ status: 'SUCCEEDED' });
    },
  );

  test('A07 after StopExecution is refused', async () => {
    const { arn, approvalId } = await ask();
    await tokenKept(approvalId);
    await world.sfn.send(new StopExecutionCommand({ executionArn: arn }));
    await say(approvalId, 'approve', 'ann');
    await settled(approvalId, 'expired');
    expect(approvals.approval(approvalId)).toMatchObject({
      decisions: [],
      refused: [{ user: 'ann', reason: 'the rollout ended before' }],
    });
  });

  test('A07 after the time-out is refused, while the execution rolls back', async () => {
    const { arn, approvalId } = await ask(1);
    await tokenKept(approvalId);
    await poll(
      async () => (await world.history(arn)).find(({ type }) => type === 'TaskTimedOut'),
      5000,
      () => 'the approval did not time out',
    );
    await say(approvalId, 'approve', 'ann');
    await settled(approvalId, 'expired');
    expect(approvals.names()).toEqual(['approval.refused', 'approval.closed']);
    expect(await world.ended(arn)).toMatchObject({ output: '"States.Timeout"' });
  });

  test('a newer release ends the older one that waits', async () => {
    const { arn, approvalId } = await ask();
    await tokenKept(approvalId);
    await approvals.request(3);
    expect(await world.ended(arn)).toMatchObject({ output: '"ReleaseSuperseded"' });
    expect(approvals.approval(approvalId).status).toBe('superseded');
  });
});
