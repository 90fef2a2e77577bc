import { open } from 'node:fs/promises';
import { UserError } from './user-error.ts';

/** Makes sure that a history can be appended to the file, which is made when it is not there. @throws UserError */
export const checkHistoryFile = async (path: string): Promise<void> => {
  try {
    await (await open(path, 'a')).close();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `no history can be written to '${path}': ${reason}`,
      'give --history a file in a folder that exists and that you may write to',
      { cause: error },
    );
  }
};
