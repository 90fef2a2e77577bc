import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { SourceMetadata } from '#pipeline/model';

const run = promisify(execFile);

const GIT_TIMEOUT_MILLISECONDS = 5000;

const git = async (directory: string, ...args: readonly string[]): Promise<string> => {
  // What the work tree's own configuration would have run is none of our business.
  const safe = ['-C', directory, '-c', 'core.fsmonitor=false', '--no-optional-locks'];
  const { stdout } = await run('git', [...safe, ...args], { timeout: GIT_TIMEOUT_MILLISECONDS });
  return stdout.trim();
};

/**
 * The commit of the work tree that holds a folder, with `-dirty` where the folder has changes that are not committed;
 * empty where there is no work tree, or no git.
 */
export const describeSource = async (directory: string): Promise<SourceMetadata> => {
  try {
    const [commit = '', author = '', message = ''] = (
      await git(directory, 'log', '-1', '--format=%H%n%an <%ae>%n%s')
    ).split('\n');
    const changes = await git(directory, 'status', '--porcelain', '--', '.');
    return { commit: changes === '' ? commit : `${commit}-dirty`, author, message };
  } catch {
    return {};
  }
};
