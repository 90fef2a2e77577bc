import type { CloudContext } from '../../cloud-context.ts';
import { AwsError } from '../../errors.ts';

/** A runtime's log stream in CloudWatch Logs. */
export interface LogStreamWriter {
  readonly group: string;
  readonly stream: string;
  write(text: string): void;
  /** Sends what was written; failures are logged, never thrown. */
  flush(): Promise<void>;
}

const ignoreExisting = async (create: Promise<unknown>): Promise<void> => {
  try {
    await create;
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ResourceAlreadyExistsException') throw error;
  }
};

/** `2026/11/23/[$LATEST]<32 hex digits>`, as Lambda names the streams of its execution environments. */
export const logStreamName = (context: Pick<CloudContext, 'clock' | 'random'>, version: string): string => {
  const day = new Date(context.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${version}]${context.random.hex(32)}`;
};

/** Opens a stream; the group and the stream are created with the first flush. */
export const openLogStream = (
  context: Pick<CloudContext, 'peers' | 'asService' | 'clock' | 'log'>,
  logGroupName: string,
  stream: string,
): LogStreamWriter => {
  let pending: { timestamp: number; message: string }[] = [];
  let created = false;
  let sending = Promise.resolve();

  const send = async (): Promise<void> => {
    const logEvents = pending.filter(({ message }) => message !== '');
    pending = [];
    if (logEvents.length === 0) return;
    const { logs } = context.peers;
    const call = context.asService('lambda.amazonaws.com');
    const names = { logGroupName, logStreamName: stream };
    try {
      if (!created) {
        await ignoreExisting(logs.CreateLogGroup({ logGroupName }, call));
        await ignoreExisting(logs.CreateLogStream(names, call));
        created = true;
      }
      await logs.PutLogEvents({ ...names, logEvents }, call);
    } catch (error) {
      // The group may have been deleted meanwhile: the next flush creates it again.
      created = false;
      context.log('warn', 'function output lost', { logGroupName, error: String(error) });
    }
  };

  return {
    group: logGroupName,
    stream,
    write: (text) => {
      pending.push({ timestamp: context.clock.now(), message: text });
    },
    flush: () => (sending = sending.then(send)),
  };
};
