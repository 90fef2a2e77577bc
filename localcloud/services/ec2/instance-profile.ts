import type { IamInstanceProfileSpecification } from '@aws-sdk/client-ec2';
import type { Call } from '../../service.ts';
import type { Ec2State } from './deps.ts';
import { invalidParameter, unauthorized } from './errors.ts';
import type { InstanceRecord } from './records.ts';

/** Finds the instance profile that a launch names and checks that the caller may pass its role. */
export const findInstanceProfile = async (
  specification: IamInstanceProfileSpecification | undefined,
  state: Ec2State,
  call: Call,
): Promise<InstanceRecord['instanceProfile']> => {
  const { Arn: arn, Name: given } = specification ?? {};
  const name = given ?? arn?.slice(arn.lastIndexOf('/') + 1);
  if (name === undefined) return undefined;
  const { context } = state;
  const profile = await context.peers.iam
    .GetInstanceProfile({ InstanceProfileName: name }, context.asService('ec2.amazonaws.com'))
    .then(({ InstanceProfile }) => InstanceProfile)
    .catch(() => undefined);
  if (profile?.Arn === undefined) {
    throw invalidParameter(
      `Value (${arn ?? name}) for parameter iamInstanceProfile.${arn === undefined ? 'name is invalid. Invalid IAM Instance Profile name' : 'arn is invalid. Invalid IAM Instance Profile ARN'}`,
    );
  }
  const roleArn = profile.Roles?.[0]?.Arn;
  if (roleArn !== undefined && call.caller.kind === 'role') {
    const refusal = context.backplane.refusal(call.caller, 'iam:PassRole', [roleArn]);
    if (refusal !== undefined) throw unauthorized(refusal);
  }
  return {
    arn: profile.Arn,
    id: profile.InstanceProfileId ?? '',
    ...(roleArn === undefined ? {} : { roleArn }),
  };
};
