import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createStack, deleteStack, updateStack } from '#localcloud/services/cloudformation/stacks';
import { poll } from '#test/helpers/poll';
import type { World } from './world.ts';
import { openWorld } from './world.ts';

let world: World;

beforeEach(() => {
  world = openWorld();
});

afterEach(() => world.close());

const thing = (properties: object, more: object = {}) => ({
  Type: 'AWS::Test::Thing',
  Properties: properties,
  ...more,
});

const bodyOf = (Resources: object, more: object = {}) => JSON.stringify({ Resources, ...more });

const create = async (Resources: object, more: object = {}, input: object = {}) => {
  await createStack(world.deps, { StackName: 's', TemplateBody: bodyOf(Resources, more), ...input });
  return world.settled('s');
};

const update = async (Resources: object) => {
  await updateStack(world.deps, { StackName: 's', TemplateBody: bodyOf(Resources) });
  return world.settled('s');
};

const ids = () => [...world.things.keys()].toSorted();

const reasons = () =>
  world.deps.store
    .events(world.deps.store.stacks.list()[0]?.stackId ?? '')
    .filter(({ status }) => status.endsWith('FAILED'))
    .map(({ logicalId, reason }) => [logicalId, reason]);

const chain = {
  A: thing({ Name: 'a' }),
  B: thing({ Name: 'b', Needs: { Ref: 'A' } }),
  C: thing({ Name: 'c', Needs: { 'Fn::GetAtt': ['B', 'Arn'] } }),
};

describe('a creation', () => {
  test('makes each resource after those it refers to, and resolves the outputs', async () => {
    const stack = await create(chain, { Outputs: { Last: { Value: { 'Fn::GetAtt': ['C', 'Arn'] } } } });
    expect(stack.status).toBe('CREATE_COMPLETE');
    expect(world.calls).toEqual(['create a-1', 'create b-1', 'create c-1']);
    expect(world.things.get('c-1')).toEqual({ Name: 'c', Needs: 'arn:b-1' });
    expect(stack.outputs).toEqual([{ key: 'Last', value: 'arn:c-1' }]);
  });

  test('that fails removes what it made, and the events say why', async () => {
    world.faults.create.add('c');
    const stack = await create(chain);
    expect(stack.status).toBe('ROLLBACK_COMPLETE');
    expect(ids()).toEqual([]);
    expect(world.calls.slice(-3)).toEqual(['delete c-1', 'delete b-1', 'delete a-1']);
    expect(reasons()).toEqual([['C', 'no more things (Error Code: Boom)']]);
    expect(stack.statusReason).toBeUndefined();
  });

  test('that fails keeps what it made when rollback is disabled', async () => {
    world.faults.create.add('c');
    const stack = await create(chain, {}, { DisableRollback: true });
    expect(stack.status).toBe('CREATE_FAILED');
    expect(ids()).toEqual(['a-1', 'b-1', 'c-1']);
  });

  test('is refused before anything is made when a type or property is unknown', async () => {
    await expect(create({ A: { Type: 'AWS::No::Such' } })).rejects.toThrow(
      'Unrecognized resource types: [AWS::No::Such]',
    );
    await expect(create({ A: thing({ Name: 'a', Colour: 'red' }) })).rejects.toThrow(
      'resource A (AWS::Test::Thing): unsupported property Colour',
    );
    await expect(create({ A: thing({}) })).rejects.toThrow('missing Name');
    await expect(create({ A: thing({ Name: { 'Fn::GetAtt': ['A', 'Colour'] } }) })).rejects.toThrow(
      'does not support attribute type Colour',
    );
    expect(world.calls).toEqual([]);
  });

  test('goes on after the end of the process, without making anything twice', async () => {
    world.faults.hang.add('b');
    await createStack(world.deps, { StackName: 's', TemplateBody: bodyOf(chain) });
    await poll(
      () => world.things.get('b-1'),
      2000,
      () => ids().join(),
    );
    world.faults.hang.clear();
    world.restart();
    expect((await world.settled('s')).status).toBe('CREATE_COMPLETE');
    expect(ids()).toEqual(['a-1', 'b-2', 'c-1']);
    expect(world.calls).toContain('delete b-1');
  });

  test('leaves out what its condition leaves out', async () => {
    const stack = await create(
      { A: thing({ Name: 'a' }), B: thing({ Name: 'b' }, { Condition: 'Never' }) },
      { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } },
    );
    expect(stack.status).toBe('CREATE_COMPLETE');
    expect(ids()).toEqual(['a-1']);
  });
});

describe('an update', () => {
  test('with the same content is refused', async () => {
    await create(chain);
    await expect(update(chain)).rejects.toThrow('No updates are to be performed.');
  });

  test('changes in place, replaces what must be replaced, adds and removes', async () => {
    await create({ ...chain, D: thing({ Name: 'd' }) });
    const stack = await update({
      A: thing({ Name: 'a', Fixed: 'new' }),
      B: chain.B,
      C: thing({ Name: 'c', Size: 5 }),
      E: thing({ Name: 'e' }),
    });
    expect(stack.status).toBe('UPDATE_COMPLETE');
    expect(ids()).toEqual(['a-2', 'b-1', 'c-1', 'e-1']);
    const [made, removed] = [world.calls.slice(4, 8), world.calls.slice(8)];
    expect(made.toSorted()).toEqual(['create a-2', 'create e-1', 'update b-1', 'update c-1']);
    // B changes because A has another physical id now; what nobody needs any more goes last.
    expect(made.indexOf('update b-1')).toBeGreaterThan(made.indexOf('create a-2'));
    expect(removed.toSorted()).toEqual(['delete a-1', 'delete d-1']);
  });

  test('that fails goes back to what was', async () => {
    await create(chain);
    const before = new Map(world.things);
    world.faults.create.add('e');
    const stack = await update({
      A: thing({ Name: 'a', Size: 7 }),
      B: thing({ Name: 'b', Fixed: 'x', Needs: { Ref: 'A' } }),
      C: chain.C,
      E: thing({ Name: 'e', Needs: { Ref: 'C' } }),
    });
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(world.things).toEqual(before);
    expect(reasons()).toEqual([['E', 'no more things (Error Code: Boom)']]);
    expect(await update({ ...chain, A: thing({ Name: 'a', Size: 2 }) })).toMatchObject({
      status: 'UPDATE_COMPLETE',
    });
  });

  test('whose change fails half-way repeats the old properties', async () => {
    await create({ A: thing({ Name: 'a', Size: 1 }) });
    world.faults.update.add('a');
    const stack = await update({ A: thing({ Name: 'a', Size: 9 }) });
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(world.things.get('a-1')).toEqual({ Name: 'a', Size: 1 });
    expect(world.calls).toEqual(['create a-1', 'update a-1', 'update a-1']);
  });

  test('goes on after the end of the process in the middle of a replacement', async () => {
    await create(chain);
    world.faults.hang.add('b');
    const changed = { ...chain, B: thing({ Name: 'b', Fixed: 'x', Needs: { Ref: 'A' } }) };
    await updateStack(world.deps, { StackName: 's', TemplateBody: bodyOf(changed) });
    await poll(
      () => world.things.get('b-2'),
      2000,
      () => ids().join(),
    );
    world.faults.hang.clear();
    world.restart();
    expect((await world.settled('s')).status).toBe('UPDATE_COMPLETE');
    expect(ids()).toEqual(['a-1', 'b-3', 'c-1']);
  });
});

describe('a deletion', () => {
  test('removes each resource before those it refers to', async () => {
    await create(chain);
    deleteStack(world.deps, { StackName: 's' });
    expect((await world.settled('s')).status).toBe('DELETE_COMPLETE');
    expect(world.calls.slice(3)).toEqual(['delete c-1', 'delete b-1', 'delete a-1']);
  });

  test('leaves what is to be retained, and an update replaces it all the same', async () => {
    const retain = { DeletionPolicy: 'Retain' };
    await create({ A: thing({ Name: 'a' }, retain), B: thing({ Name: 'b' }) });
    await update({ A: thing({ Name: 'a', Fixed: 'x' }, retain), B: thing({ Name: 'b' }) });
    deleteStack(world.deps, { StackName: 's' });
    expect((await world.settled('s')).status).toBe('DELETE_COMPLETE');
    expect(ids()).toEqual(['a-2']);
  });

  test('that fails names the resource, and can be tried again', async () => {
    await create({ A: thing({ Name: 'a' }) });
    world.faults.delete.add('a-1');
    deleteStack(world.deps, { StackName: 's' });
    expect(await world.settled('s')).toMatchObject({
      status: 'DELETE_FAILED',
      statusReason: 'The following resource(s) failed to delete: [A]. ',
    });
    world.faults.delete.clear();
    deleteStack(world.deps, { StackName: 's' });
    expect((await world.settled('s')).status).toBe('DELETE_COMPLETE');
  });
});
