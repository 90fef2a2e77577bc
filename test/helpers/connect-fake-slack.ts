import { PutParameterCommand } from '@aws-sdk/client-ssm';
import type { FakeSlack } from './fake-slack.ts';
import type { RunningKiln } from './start-kiln.ts';

/** What the fake signs clicks with. */
export const SIGNING_SECRET = 'shh-signing';

/** Tells the deployed stack of the fake, as `kiln slack connect` tells it of the real one. */
export const connectFakeSlack = async (
  slack: FakeSlack,
  { connection }: Pick<RunningKiln, 'connection'>,
): Promise<void> => {
  const settings = {
    'bot-token': slack.token,
    'signing-secret': SIGNING_SECRET,
    channel: 'C0RELEASES',
    'api-url': slack.apiUrl,
  };
  for (const [name, Value] of Object.entries(settings))
    await connection.ssm.send(
      new PutParameterCommand({ Name: `/kiln/slack/${name}`, Value, Type: 'SecureString' }),
    );
};
