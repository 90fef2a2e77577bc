import { readConsole } from '#pipeline/machine/console';
import type { Clock } from '#pipeline/clock';
import type { Connection } from './connection.ts';
import { newConsoleText } from './new-console-text.ts';
import { readMachines } from './machines.ts';

const POLL_MILLISECONDS = 500;

/** Which consoles to follow, and how to show them. */
export interface FollowInput {
  readonly app: string;
  /** Of what is there at the start, only so many last lines of each machine; all unless told. */
  readonly lines: number | undefined;
  readonly show: (instanceId: string, line: string) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Shows what the app's machines write, line by line, new machines included, until the signal fires. */
export const followConsoles = async (
  { app, lines, show, signal }: FollowInput,
  { connection, clock }: { readonly connection: Connection; readonly clock: Clock },
): Promise<void> => {
  const seen = new Map<string, string>();
  let isFirst = true;
  while (!signal.aborted) {
    for (const { instanceId } of await readMachines(connection, app)) {
      const text = await readConsole(instanceId, connection.ec2);
      // The last line may not be whole yet.
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      const added = newConsoleText(seen.get(instanceId) ?? '', whole)
        .split('\n')
        .slice(0, -1);
      seen.set(instanceId, whole);
      const shown = isFirst ? added.slice(Math.max(0, added.length - (lines ?? added.length))) : added;
      for (const line of shown) show(instanceId, line);
    }
    isFirst = false;
    if (!signal.aborted) await clock.delay(POLL_MILLISECONDS);
  }
};
