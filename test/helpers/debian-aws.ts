import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { rootCredentials } from '#localcloud/root-credentials';

const run = promisify(execFile);
const PROGRAM = '/usr/bin/aws';

/** Whether Debian's `awscli` is installed: /usr/bin/aws, not some other on the path. */
export const hasDebianAws = existsSync(PROGRAM);

/** Debian's AWS CLI as a user runs it against a local cloud: text and JSON answers. */
export interface DebianAws {
  text(...args: string[]): Promise<string>;
  json<Answer>(...args: string[]): Promise<Answer>;
}

/** The CLI with nothing of this host's own AWS settings: `home` has none. */
export const debianAws = (endpointUrl: string, home: string): DebianAws => {
  const text = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(PROGRAM, ['--endpoint-url', endpointUrl, ...args], {
      maxBuffer: 64 * 1024 * 1024,
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        AWS_ACCESS_KEY_ID: rootCredentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: rootCredentials.secretAccessKey,
        AWS_DEFAULT_REGION: 'eu-central-1',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_PAGER: '',
      },
    });
    return stdout;
  };
  return {
    text,
    json: async <Answer>(...args: string[]) => JSON.parse(await text(...args, '--output', 'json')) as Answer,
  };
};
