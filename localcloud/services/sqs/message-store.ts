import type { CloudContext } from '../../cloud-context.ts';
import type { MessageAttributes } from './message-attributes.ts';
import { fromStored, toStored } from './message-attributes.ts';

/** A message as stored. Times in milliseconds since the epoch. */
export interface StoredMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly senderId: string;
  readonly sentAt: number;
  readonly receiveCount: number;
  readonly firstReceivedAt: number | undefined;
  /** Of the last receive: an older handle is of no use any more. */
  readonly receipt: string | undefined;
  /** From the dead-letter queue's view, where it was before. */
  readonly sourceArn: string | undefined;
}

/** Messages by the state they are in. */
export interface MessageCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** The messages of all queues, in the database. */
export interface MessageStore {
  add(
    queue: string,
    message: Pick<StoredMessage, 'id' | 'body' | 'attributes' | 'senderId' | 'sentAt'>,
    visibleAt: number,
  ): void;
  /** What can be received now, oldest first. */
  visible(queue: string, now: number, limit: number): StoredMessage[];
  /** Hides a message until `visibleAt` and gives it a receipt. */
  receive(id: string, receipt: string, now: number, visibleAt: number): void;
  /** Puts a message into another queue, where it can be received at once. */
  move(id: string, queue: string, sourceArn: string, now: number): void;
  find(queue: string, id: string): (StoredMessage & { readonly visibleAt: number }) | undefined;
  hide(id: string, visibleAt: number): void;
  delete(id: string): void;
  /** Removes all that was sent up to `sentAt`. */
  purge(queue: string, sentAt?: number): void;
  counts(queue: string, now: number): MessageCounts;
  /** When the next hidden message shows itself. */
  nextVisible(queue: string, now: number): number | undefined;
}

interface Row {
  readonly id: string;
  readonly body: string;
  readonly attributes: string;
  readonly sender: string;
  readonly sent: number;
  readonly visible: number;
  readonly receives: number;
  readonly first_received: number | null;
  readonly receipt: string | null;
  readonly source: string | null;
}

const schema = `
create table if not exists sqs_message (
  position integer primary key, id text not null unique, queue text not null, body text not null, attributes text not null,
  sender text not null, sent integer not null, visible integer not null, receives integer not null default 0,
  first_received integer, receipt text, source text
);
create index if not exists sqs_message_visible on sqs_message (queue, visible);
`;

const fromRow = (row: Row): StoredMessage => ({
  id: row.id,
  body: row.body,
  attributes: fromStored(JSON.parse(row.attributes) as Record<string, object>),
  senderId: row.sender,
  sentAt: row.sent,
  receiveCount: row.receives,
  firstReceivedAt: row.first_received ?? undefined,
  receipt: row.receipt ?? undefined,
  sourceArn: row.source ?? undefined,
});

/** Opens the table. */
export const openMessageStore = ({ store: { database } }: CloudContext): MessageStore => {
  database.exec(schema);
  const insert = database.prepare(
    'insert into sqs_message (id, queue, body, attributes, sender, sent, visible) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const visible = database.prepare(
    'select * from sqs_message where queue = ? and visible <= ? order by position limit ?',
  );
  const receive = database.prepare(
    'update sqs_message set receives = receives + 1, receipt = ?, visible = ?, first_received = coalesce(first_received, ?) where id = ?',
  );
  const move = database.prepare(
    'update sqs_message set queue = ?, source = ?, visible = ?, receipt = null where id = ?',
  );
  const find = database.prepare('select * from sqs_message where queue = ? and id = ?');
  const hide = database.prepare('update sqs_message set visible = ? where id = ?');
  const remove = database.prepare('delete from sqs_message where id = ?');
  const purge = database.prepare('delete from sqs_message where queue = ? and sent <= ?');
  const next = database.prepare('select min(visible) as at from sqs_message where queue = ? and visible > ?');
  const counts = database.prepare(`
    select coalesce(sum(visible <= :now), 0) as visible,
      coalesce(sum(visible > :now and receives > 0), 0) as inFlight,
      coalesce(sum(visible > :now and receives = 0), 0) as delayed
    from sqs_message where queue = :queue
  `);
  return {
    add: (queue, { id, body, attributes, senderId, sentAt }, visibleAt) => {
      insert.run(id, queue, body, JSON.stringify(toStored(attributes)), senderId, sentAt, visibleAt);
    },
    visible: (queue, now, limit) => (visible.all(queue, now, limit) as unknown as Row[]).map(fromRow),
    receive: (id, receipt, now, visibleAt) => void receive.run(receipt, visibleAt, now, id),
    move: (id, queue, sourceArn, now) => void move.run(queue, sourceArn, now, id),
    find: (queue, id) => {
      const row = find.get(queue, id) as unknown as Row | undefined;
      return row === undefined ? undefined : { ...fromRow(row), visibleAt: row.visible };
    },
    hide: (id, visibleAt) => void hide.run(visibleAt, id),
    delete: (id) => void remove.run(id),
    purge: (queue, sentAt = Number.MAX_SAFE_INTEGER) => void purge.run(queue, sentAt),
    counts: (queue, now) => ({ ...(counts.get({ queue, now }) as unknown as MessageCounts) }),
    nextVisible: (queue, now) => (next.get(queue, now) as { readonly at: number | null }).at ?? undefined,
  };
};
