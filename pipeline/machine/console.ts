import { GetConsoleOutputCommand } from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';

// oxlint-disable-next-line no-control-regex -- control characters are what is removed
const CONTROL = /\u001B\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000B-\u001F\u007F]/g;

/**
 * What the machine wrote to its console: the last 64 KB at most, without control characters. Not the `latest` is what EC2
 * kept when the machine last changed its state.
 */
export const readConsole = async (instanceId: string, ec2: EC2Client, latest = true): Promise<string> => {
  const { Output = '' } = await ec2.send(
    new GetConsoleOutputCommand({ InstanceId: instanceId, Latest: latest }),
  );
  return Buffer.from(Output, 'base64').toString('utf8').replace(CONTROL, '');
};

/** The last lines of a console, `characters` at most. */
export const tailOf = (console: string, lines: number, characters = 4000): string =>
  console.trimEnd().split('\n').slice(-lines).join('\n').slice(-characters);
