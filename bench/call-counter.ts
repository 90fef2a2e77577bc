import type { Log } from '#localcloud/cloud-context';

/** How often a function called an operation. */
export interface CallCount {
  /** Name of the Lambda function, without the stack's. */
  readonly caller: string;
  /** `elasticloadbalancing:DescribeRules`. */
  readonly operation: string;
  readonly calls: number;
}

/** Counts the API calls that come in at the local cloud's front door. */
export interface CallCounter {
  readonly log: Log;
  /** What came since the last time. */
  take(): readonly CallCount[];
}

const isCall = (fields: object): fields is { service: string; operation: string; caller: string } =>
  'service' in fields && 'operation' in fields && 'caller' in fields;

/** Creates a counter; its `log` is to be the local cloud's. */
export const createCallCounter = (): CallCounter => {
  let counts = new Map<string, CallCount>();
  return {
    log: (level, message, fields = {}) => {
      if (level === 'warn' || level === 'error')
        process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`);
      if (message !== 'API call' || !isCall(fields)) return;
      // A function's session is named after the function, and that after its stack: `…/kiln-dev-shiftTraffic`.
      const caller = fields.caller.split('/').at(-1)?.split('-').at(-1) ?? '';
      const operation = `${fields.service}:${fields.operation}`;
      const calls = (counts.get(`${caller} ${operation}`)?.calls ?? 0) + 1;
      counts.set(`${caller} ${operation}`, { caller, operation, calls });
    },
    take: () => {
      const taken = [...counts.values()];
      counts = new Map();
      return taken;
    },
  };
};
