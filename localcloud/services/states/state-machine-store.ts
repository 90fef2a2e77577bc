import type { Collection, Store } from '../../store.ts';
import { stateMachineDoesNotExist } from './errors.ts';

/** A state machine as stored. Times are milliseconds since the epoch. */
export interface StateMachineRecord {
  readonly arn: string;
  readonly name: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly revisionId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly loggingConfiguration?: object;
  readonly tracingConfiguration?: object;
}

/** What executions of a revision run. */
type Revision = Pick<
  StateMachineRecord,
  'arn' | 'name' | 'definition' | 'roleArn' | 'updatedAt' | 'revisionId'
>;

/** The state machines of a local cloud, with all the revisions that executions may still use. */
export interface StateMachineStore {
  readonly machines: Collection<StateMachineRecord>;
  readonly revisions: Collection<Revision>;
  /** Throws `StateMachineDoesNotExist`. */
  require(arn: string): StateMachineRecord;
  save(record: StateMachineRecord): void;
}

/** Opens the state machines. */
export const openStateMachineStore = (store: Store): StateMachineStore => {
  const machines = store.collection<StateMachineRecord>('states-machines');
  const revisions = store.collection<Revision>('states-revisions');
  return {
    machines,
    revisions,
    require: (arn) => {
      const record = machines.get(arn);
      if (record === undefined) throw stateMachineDoesNotExist(arn);
      return record;
    },
    save: (record) => {
      const { arn, name, definition, roleArn, updatedAt, revisionId } = record;
      store.transaction(() => {
        machines.put(arn, record);
        revisions.put(revisionId, { arn, name, definition, roleArn, updatedAt, revisionId });
      });
    },
  };
};
