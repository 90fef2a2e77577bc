import { createAnnounce } from '#pipeline/announce';
import type { Announce } from '#pipeline/announce';
import type { CommandContext } from './command-context.ts';

/** Announces on the stack's bus what a command did itself; people are warned where that fails, and the command goes on. */
export const announceFrom = ({
  connection,
  stack,
  output,
}: Pick<CommandContext, 'connection' | 'stack' | 'output'>): Announce =>
  createAnnounce(connection.events, stack.eventBusName, {
    info: () => undefined,
    warn: (message, { announcement, error = 'no reason given' } = {}) => {
      output.warning(`${message}: '${String(announcement)}': ${String(error)}`);
    },
    error: () => undefined,
  });
