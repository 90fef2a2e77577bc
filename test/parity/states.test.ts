import {
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  TagResourceCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
  CreateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StatesWorld } from '#test/helpers/states-world';
import { machineRole, startStatesWorld } from '#test/helpers/states-world';

let world: StatesWorld;

beforeAll(async () => {
  world = await startStatesWorld();
});

afterAll(() => world.stop());

const pass = { Only: { Type: 'Pass', End: true } };
const waiting = { Hold: { Type: 'Wait', Seconds: 600, End: true } };

describe('state machines', () => {
  test('are described as created, and updated with a new revision', async () => {
    const stateMachineArn = await world.machine('described', pass);
    expect(stateMachineArn).toBe('arn:aws:states:eu-central-1:000000000000:stateMachine:described');
    const before = await world.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(before).toMatchObject({
      name: 'described',
      status: 'ACTIVE',
      type: 'STANDARD',
      roleArn: machineRole,
    });
    const running = await world.start(await world.machine('described-long', waiting));
    const definition = JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'Only',
      States: pass,
      Comment: 'new',
    });
    const update = await world.sfn.send(
      new UpdateStateMachineCommand({ stateMachineArn: stateMachineArn.replace(/$/, '-long'), definition }),
    );
    expect(update.revisionId).not.toBe(before.revisionId);
    const used = await world.sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn: running }));
    expect(JSON.parse(used.definition ?? '')).toMatchObject({ StartAt: 'Hold' });
    await world.sfn.send(new StopExecutionCommand({ executionArn: running }));
  });

  test('are refused with every problem of the definition', async () => {
    const broken = {
      QueryLanguage: 'JSONata',
      StartAt: 'A',
      States: { A: { Type: 'Pass', Next: 'B', Output: '{% ( %}' } },
    };
    const create = new CreateStateMachineCommand({
      name: 'broken',
      roleArn: machineRole,
      definition: JSON.stringify(broken),
    });
    await expect(world.sfn.send(create)).rejects.toMatchObject({
      name: 'InvalidDefinition',
      message: expect.stringMatching(
        /^Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: B at \/States\/A\/Next, SCHEMA_VALIDATION_FAILED: invalid JSONata/,
      ) as unknown as string,
    });
    const validated = await world.sfn.send(
      new ValidateStateMachineDefinitionCommand({ definition: JSON.stringify(broken) }),
    );
    expect(validated.result).toBe('FAIL');
    expect(validated.diagnostics?.map(({ location }) => location)).toEqual([
      '/States/A/Next',
      '/States/A/Output',
    ]);
  });

  test('are created again only with the same facts', async () => {
    const arn = await world.machine('again', pass);
    expect(await world.machine('again', pass)).toBe(arn);
    await expect(world.machine('again', waiting)).rejects.toMatchObject({
      name: 'StateMachineAlreadyExists',
    });
  });

  test('are listed, tagged, and gone after deletion', async () => {
    const stateMachineArn = await world.machine('tagged', pass);
    await world.sfn.send(
      new TagResourceCommand({ resourceArn: stateMachineArn, tags: [{ key: 'app', value: 'kiln' }] }),
    );
    const { tags } = await world.sfn.send(new ListTagsForResourceCommand({ resourceArn: stateMachineArn }));
    expect(tags).toEqual([{ key: 'app', value: 'kiln' }]);
    const listed = await world.sfn.send(new ListStateMachinesCommand({}));
    expect(listed.stateMachines?.map(({ name }) => name)).toContain('tagged');
    await world.sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
    await expect(world.start(stateMachineArn)).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });
});

describe('executions', () => {
  test('with the same name and input are the same while they run', async () => {
    const arn = await world.machine('idempotent', waiting);
    const first = await world.start(arn, { a: 1 }, 'drop');
    expect(await world.start(arn, { a: 1 }, 'drop')).toBe(first);
    await expect(world.start(arn, { a: 2 }, 'drop')).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
    await world.sfn.send(new StopExecutionCommand({ executionArn: first }));
    await expect(world.start(arn, { a: 1 }, 'drop')).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
  });

  test('are refused with a bad name or input that is not JSON', async () => {
    const stateMachineArn = await world.machine('refusing', pass);
    await expect(world.start(stateMachineArn, {}, 'a b')).rejects.toMatchObject({ name: 'InvalidName' });
    await expect(
      world.sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{' })),
    ).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
  });

  test('are listed newest first, page by page, by status', async () => {
    const stateMachineArn = await world.machine('listed', pass);
    const arns: string[] = [];
    for (let index = 0; index < 5; index += 1) arns.push(await world.start(stateMachineArn, { index }));
    for (const arn of arns) await world.ended(arn);
    const seen: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const found = await world.sfn.send(
        new ListExecutionsCommand({
          stateMachineArn,
          maxResults: 2,
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      );
      seen.push(...(found.executions ?? []).map(({ executionArn }) => executionArn));
      nextToken = found.nextToken;
    } while (nextToken !== undefined);
    expect(seen).toEqual(arns.toReversed());
    const running = await world.sfn.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }),
    );
    expect(running.executions).toEqual([]);
  });

  test('end ABORTED when stopped, with error and cause', async () => {
    const arn = await world.start(await world.machine('stopped', waiting));
    await world.sfn.send(new StopExecutionCommand({ executionArn: arn, error: 'Enough', cause: 'tired' }));
    const described = await world.sfn.send(new DescribeExecutionCommand({ executionArn: arn }));
    expect(described).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'tired' });
    const history = await world.history(arn);
    expect(history.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'WaitStateEntered',
      'WaitStateAborted',
      'ExecutionAborted',
    ]);
  });

  test('end TIMED_OUT after the time-out of the machine', async () => {
    const arn = await world.machine('late', waiting, { TimeoutSeconds: 1 });
    expect(await world.ended(await world.start(arn))).toMatchObject({ status: 'TIMED_OUT' });
  });
});

describe('history', () => {
  test('comes in pages, backwards on request, and without data on request', async () => {
    const executionArn = await world.start(await world.machine('history', pass), { secret: 1 });
    await world.ended(executionArn);
    const first = await world.sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 3 }));
    const second = await world.sfn.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 3, nextToken: first.nextToken ?? '' }),
    );
    expect([...(first.events ?? []), ...(second.events ?? [])].map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(second.nextToken).toBeUndefined();
    const reverse = await world.sfn.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, includeExecutionData: false }),
    );
    expect(reverse.events?.map(({ id }) => id)).toEqual([4, 3, 2, 1]);
    expect(JSON.stringify(reverse.events)).not.toContain('secret');
  });
});
