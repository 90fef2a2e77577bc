import type { CloudContext } from '../../cloud-context.ts';
import type { Collection } from '../../store.ts';
import { stackNotFound } from './errors.ts';
import type { ChangeSetRecord, ResourceRecord, StackEventRecord, StackRecord, StackState } from './model.ts';

/** Everything stored about stacks. Keys of resources, events and change sets begin with `<stackId>|`. */
export interface StackStore {
  readonly stacks: Collection<StackRecord>;
  readonly changeSets: Collection<ChangeSetRecord>;
  /** By name (deleted ones are not found) or by id. */
  find(nameOrId: string | undefined): StackRecord;
  byName(name: string): StackRecord | undefined;
  /** Stores the stack with another status and reports the event. */
  setStatus(stack: StackRecord, status: StackState, reason?: string): StackRecord;
  resources(stackId: string): ResourceRecord[];
  resource(stackId: string, logicalId: string): ResourceRecord | undefined;
  /** Stores the resource and reports its status as an event. */
  putResource(stackId: string, record: Omit<ResourceRecord, 'timestamp'>): ResourceRecord;
  /** Stores the resource without an event. */
  keepResource(stackId: string, record: ResourceRecord): void;
  deleteResource(stackId: string, logicalId: string): void;
  /** Newest first. */
  events(stackId: string): StackEventRecord[];
  /** Value of an export of any stack. */
  exported(name: string): string | undefined;
}

/** Opens the collections of the CloudFormation service. */
export const openStackStore = ({ store, clock, random }: CloudContext): StackStore => {
  const stacks = store.collection<StackRecord>('cloudformation.stack');
  const resources = store.collection<ResourceRecord>('cloudformation.resource');
  const events = store.collection<StackEventRecord>('cloudformation.event');
  let lastEvent = 0;

  const addEvent = (stackId: string, event: Omit<StackEventRecord, 'eventId' | 'timestamp'>): void => {
    // Keys grow also within one millisecond and when the clock goes back.
    lastEvent = Math.max(lastEvent + 1, clock.now() * 1000);
    events.put(`${stackId}|${String(lastEvent).padStart(20, '0')}`, {
      ...event,
      eventId:
        event.type === 'AWS::CloudFormation::Stack' ? random.uuid() : `${event.logicalId}-${random.uuid()}`,
      timestamp: clock.now(),
    });
  };

  const byName = (name: string): StackRecord | undefined =>
    stacks.list().find((stack) => stack.name === name && stack.status !== 'DELETE_COMPLETE');

  return {
    stacks,
    changeSets: store.collection('cloudformation.change-set'),
    byName,
    find: (nameOrId = '') => {
      const stack = nameOrId.startsWith('arn:') ? stacks.get(nameOrId) : byName(nameOrId);
      if (stack === undefined) throw stackNotFound(nameOrId);
      return stack;
    },
    setStatus: (stack, status, reason) => {
      const { statusReason: _, ...rest } = stack;
      const changed: StackRecord = {
        ...rest,
        status,
        ...(reason === undefined ? {} : { statusReason: reason }),
      };
      store.transaction(() => {
        stacks.put(stack.stackId, changed);
        addEvent(stack.stackId, {
          logicalId: stack.name,
          physicalId: stack.stackId,
          type: 'AWS::CloudFormation::Stack',
          status,
          ...(reason === undefined ? {} : { reason }),
        });
      });
      return changed;
    },
    resources: (stackId) => resources.list(`${stackId}|`),
    resource: (stackId, logicalId) => resources.get(`${stackId}|${logicalId}`),
    putResource: (stackId, record) => {
      const stored: ResourceRecord = { ...record, timestamp: clock.now() };
      const about = stored.current ?? stored.previous;
      store.transaction(() => {
        resources.put(`${stackId}|${record.logicalId}`, stored);
        addEvent(stackId, {
          logicalId: record.logicalId,
          physicalId: stored.startedId ?? about?.physicalId ?? '',
          type: record.type,
          status: record.status,
          ...(record.statusReason === undefined ? {} : { reason: record.statusReason }),
          ...(about === undefined ? {} : { properties: JSON.stringify(about.properties) }),
        });
      });
      return stored;
    },
    keepResource: (stackId, record) => resources.put(`${stackId}|${record.logicalId}`, record),
    deleteResource: (stackId, logicalId) => {
      resources.delete(`${stackId}|${logicalId}`);
    },
    events: (stackId) => events.list(`${stackId}|`).toReversed(),
    exported: (name) =>
      stacks
        .list()
        .filter(({ status }) => status !== 'DELETE_COMPLETE')
        .flatMap(({ outputs }) => outputs)
        .find(({ exportName }) => exportName === name)?.value,
  };
};
