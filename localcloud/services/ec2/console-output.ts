import type { GetConsoleOutputRequest, GetConsoleOutputResult } from '@aws-sdk/client-ec2';
import type { Ec2Deps } from './deps.ts';
import { findInstances } from './describe-instances.ts';

/** The last 64 KB of an instance's serial console, base64; always the latest, as `Latest` asks for on Nitro. */
export const getConsoleOutput = (input: GetConsoleOutputRequest, deps: Ec2Deps): GetConsoleOutputResult => {
  const instanceId = input.InstanceId ?? '';
  findInstances(deps, [instanceId]);
  return {
    InstanceId: instanceId,
    Output: deps.machines.console(instanceId).toString('base64'),
    Timestamp: new Date(deps.context.clock.now()),
  };
};
