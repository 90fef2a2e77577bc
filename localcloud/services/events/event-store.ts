import type * as EventBridge from '@aws-sdk/client-eventbridge';
import type { CloudContext } from '../../cloud-context.ts';
import { eventBusNotFound, ruleNotFound } from './errors.ts';
import type { EventPattern } from '../../event-patterns/event-pattern.ts';
import { parseEventPattern } from '../../event-patterns/event-pattern.ts';

/** An event bus as stored. */
export interface BusRecord {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** A rule with its targets as stored. */
export interface RuleRecord {
  readonly name: string;
  readonly bus: string;
  readonly arn: string;
  readonly state: EventBridge.RuleState;
  readonly eventPattern?: string;
  readonly scheduleExpression?: string;
  readonly description?: string;
  readonly roleArn?: string;
  /** When the schedule counts from, and when it fired last; milliseconds since the epoch. */
  readonly scheduledFrom?: number;
  readonly targets: readonly EventBridge.Target[];
  readonly tags: Readonly<Record<string, string>>;
}

/** A rule that is ready to match. */
interface CompiledRule {
  readonly record: RuleRecord;
  readonly pattern: EventPattern | undefined;
}

/** Buses and rules; reads come from memory, writes go through to the store. */
export interface EventStore {
  buses(): readonly BusRecord[];
  findBus(name: string): BusRecord | undefined;
  /** Throws `ResourceNotFoundException`. */
  requireBus(name: string): BusRecord;
  putBus(bus: BusRecord): void;
  deleteBus(name: string): void;
  /** Rules of a bus by name, compiled. */
  rules(bus: string): readonly CompiledRule[];
  /** Throws `ResourceNotFoundException`. */
  requireRule(bus: string, name: string): RuleRecord;
  findRule(bus: string, name: string): RuleRecord | undefined;
  putRule(rule: RuleRecord): void;
  deleteRule(bus: string, name: string): void;
}

const byName = <T extends { readonly name: string }>(left: T, right: T): number =>
  left.name < right.name ? -1 : 1;

/** Opens the store; the default bus is always there. */
export const openEventStore = (context: CloudContext): EventStore => {
  const { store } = context;
  const busDocuments = store.collection<BusRecord>('events-buses');
  const ruleDocuments = store.collection<RuleRecord>('events-rules');
  const buses = new Map<string, BusRecord>();
  const rules = new Map<string, Map<string, CompiledRule>>();

  const remember = (record: RuleRecord): void => {
    const ofBus = rules.get(record.bus) ?? new Map<string, CompiledRule>();
    const pattern = record.eventPattern === undefined ? undefined : parseEventPattern(record.eventPattern);
    ofBus.set(record.name, { record, pattern });
    rules.set(record.bus, ofBus);
  };

  buses.set('default', {
    name: 'default',
    arn: `arn:aws:events:${context.region}:${context.accountId}:event-bus/default`,
    createdAt: 0,
    tags: {},
  });
  for (const bus of busDocuments.list()) buses.set(bus.name, bus);
  for (const rule of ruleDocuments.list()) remember(rule);
  const findRule = (bus: string, name: string): RuleRecord | undefined => rules.get(bus)?.get(name)?.record;

  return {
    buses: () => [...buses.values()].toSorted(byName),
    findBus: (name) => buses.get(name),
    requireBus: (name) => {
      const bus = buses.get(name);
      if (bus === undefined) throw eventBusNotFound(name);
      return bus;
    },
    putBus: (bus) => {
      busDocuments.put(bus.name, bus);
      buses.set(bus.name, bus);
    },
    deleteBus: (name) => {
      busDocuments.delete(name);
      buses.delete(name);
    },
    rules: (bus) =>
      [...(rules.get(bus)?.values() ?? [])].toSorted((left, right) => byName(left.record, right.record)),
    findRule,
    requireRule: (bus, name) => {
      const rule = findRule(bus, name);
      if (rule === undefined) throw ruleNotFound(name, bus);
      return rule;
    },
    putRule: (rule) => {
      ruleDocuments.put(`${rule.bus}/${rule.name}`, rule);
      remember(rule);
    },
    deleteRule: (bus, name) => {
      ruleDocuments.delete(`${bus}/${name}`);
      rules.get(bus)?.delete(name);
    },
  };
};

/** A bus's name, given its name or ARN; the default bus when nothing is given. */
export const busName = (nameOrArn: string | undefined): string => {
  if (nameOrArn === undefined || nameOrArn === '') return 'default';
  return nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.indexOf(':event-bus/') + 11) : nameOrArn;
};

/** The ARN of a rule. */
export const ruleArn = ({ region, accountId }: CloudContext, bus: string, name: string): string =>
  `arn:aws:events:${region}:${accountId}:rule/${bus === 'default' ? '' : `${bus}/`}${name}`;
