import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import type { TestClientConfig } from './start-test-cloud.ts';

/** Creates a role that a service may assume and that may do the actions on everything; gives its ARN. */
export const createRole = async (
  config: TestClientConfig,
  RoleName: string,
  service: string,
  actions: readonly string[],
): Promise<string> => {
  const iam = new IAMClient(config);
  const document = (statement: object): string =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
  try {
    const AssumeRolePolicyDocument = document({ Principal: { Service: service }, Action: 'sts:AssumeRole' });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    if (actions.length > 0) {
      const PolicyDocument = document({ Action: actions, Resource: '*' });
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'actions', PolicyDocument }));
    }
    return Role?.Arn ?? '';
  } finally {
    iam.destroy();
  }
};
