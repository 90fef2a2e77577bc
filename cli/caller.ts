import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Connection } from './connection.ts';

/** ARN of whoever runs this command, as AWS knows them: the name under which they ask and decide. */
export const callerArn = async ({ sts }: Pick<Connection, 'sts'>): Promise<string> => {
  const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
  if (Arn === undefined) throw new Error('sts:GetCallerIdentity gave no ARN');
  return Arn;
};
