import type { Command } from 'commander';
import { systemClock } from '#pipeline/clock';
import { createDocumentStore } from '#pipeline/documents/document-store';
import type { DocumentStore } from '#pipeline/documents/document-store';
import { configOfEnvironment, connect } from './connection.ts';
import type { Connection } from './connection.ts';
import { createOutput } from './output.ts';
import type { Output } from './output.ts';
import { readStack } from './stack.ts';
import type { Stack } from './stack.ts';

/** What a command that speaks to a deployed stack works with. */
export interface CommandContext {
  readonly connection: Connection;
  readonly stack: Stack;
  readonly documents: DocumentStore;
  readonly clock: typeof systemClock;
  readonly output: Output;
}

/** The output as the program's `--json` says. */
export const outputOf = (command: Command): Output =>
  createOutput(command.optsWithGlobals<{ json?: boolean }>().json === true);

/** Connects to the local cloud, or an account, and reads its stack. @throws UserError when either is not there */
export const openContext = async (command: Command): Promise<CommandContext> => {
  const connection = connect(configOfEnvironment());
  const stack = await readStack(connection);
  return {
    connection,
    stack,
    documents: createDocumentStore(connection.s3, stack.bucket),
    clock: systemClock,
    output: outputOf(command),
  };
};
