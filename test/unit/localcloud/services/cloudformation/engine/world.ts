import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#localcloud/clock';
import { createContext } from '#localcloud/create-context';
import { AwsError } from '#localcloud/errors';
import { createRandom } from '#localcloud/random';
import { createOperations, type Operations } from '#localcloud/services/cloudformation/engine/operations';
import type { Json, StackRecord } from '#localcloud/services/cloudformation/model';
import type { MadeResource, ResourceType } from '#localcloud/services/cloudformation/resource-type';
import { openStackStore } from '#localcloud/services/cloudformation/stack-store';
import type { StackDeps } from '#localcloud/services/cloudformation/stacks';
import { openStore } from '#localcloud/store';
import { poll } from '#test/helpers/poll';

/** What a test can make go wrong. */
export interface Faults {
  /** Names of things whose creation, change or removal fails. */
  readonly create: Set<string>;
  readonly update: Set<string>;
  readonly delete: Set<string>;
  /** Names of things whose creation never ends. */
  readonly hang: Set<string>;
}

/** A CloudFormation whose only resource type, `AWS::Test::Thing`, makes entries in a map. */
export interface World {
  readonly deps: StackDeps;
  /** What exists: physical id to properties. */
  readonly things: Map<string, Json>;
  /** What was done, in order. */
  readonly calls: string[];
  readonly faults: Faults;
  /** Waits until the stack rests. */
  settled(name: string): Promise<StackRecord>;
  /** Drops the running operations as the end of the process would, and resumes from the store. */
  restart(): void;
  close(): void;
}

const thingType = (things: Map<string, Json>, calls: string[], faults: Faults): ResourceType => {
  const nameOf = (properties: Json): string => String(properties['Name']);
  const made = (id: string): MadeResource => ({ physicalId: id, attributes: { Arn: `arn:${id}` } });
  const counts = new Map<string, number>();
  return {
    type: 'AWS::Test::Thing',
    properties: { Name: 'string', Size: 'number', Needs: 'json', Fixed: 'string' },
    required: ['Name'],
    replacing: ['Fixed'],
    attributes: ['Arn'],
    create: async (properties, scope) => {
      const count = (counts.get(nameOf(properties)) ?? 0) + 1;
      counts.set(nameOf(properties), count);
      const id = `${nameOf(properties)}-${count}`;
      calls.push(`create ${id}`);
      things.set(id, properties);
      scope.started(id);
      if (faults.hang.has(nameOf(properties))) await new Promise(() => undefined);
      if (faults.create.has(nameOf(properties))) throw new AwsError('Boom', 'no more things');
      return made(id);
    },
    update: async (id, properties) => {
      calls.push(`update ${id}`);
      if (faults.update.has(nameOf(properties)) && properties['Size'] !== 1) {
        throw new AwsError('Boom', 'cannot grow');
      }
      things.set(id, properties);
      return made(id);
    },
    delete: async (id) => {
      calls.push(`delete ${id}`);
      if (faults.delete.has(id)) throw new AwsError('InUse', 'thing is in use');
      if (!things.delete(id)) throw new AwsError('NoSuchThing', 'gone');
    },
  };
};

/** Opens a world on an empty folder. */
export const openWorld = (): World => {
  const stateDir = mkdtempSync(join(tmpdir(), 'kiln-cfn-'));
  const store = openStore(stateDir);
  const { context } = createContext({
    stateDir,
    store,
    region: 'eu-central-1',
    clock: systemClock,
    random: createRandom(),
    log: () => undefined,
    enforcePermissions: false,
  });
  const things = new Map<string, Json>();
  const calls: string[] = [];
  const faults: Faults = { create: new Set(), update: new Set(), delete: new Set(), hang: new Set() };
  const type = thingType(things, calls, faults);
  const base = { context, store: openStackStore(context), types: new Map([[type.type, type]]) };
  let operations: Operations = createOperations(base);
  const deps: StackDeps = {
    ...base,
    get operations() {
      return operations;
    },
  };
  return {
    deps,
    things,
    calls,
    faults,
    settled: (name) =>
      poll(
        () => {
          const stack = deps.store.byName(name) ?? deps.store.stacks.list().find((one) => one.name === name);
          return stack === undefined || stack.status.endsWith('_IN_PROGRESS') ? undefined : stack;
        },
        2000,
        () => JSON.stringify(deps.store.byName(name)),
      ),
    restart: () => {
      void operations.stop();
      operations = createOperations(base);
      operations.start();
    },
    close: () => {
      store.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
};
