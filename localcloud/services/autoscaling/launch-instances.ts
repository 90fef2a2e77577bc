import { createHash } from 'node:crypto';
import type {
  InstanceCollection,
  LaunchInstancesCommandInput,
  LaunchInstancesCommandOutput,
  LaunchInstancesError,
} from '@aws-sdk/client-auto-scaling';
import {
  deletionInProgress,
  groupTooSmall,
  idempotentCallInProgress,
  idempotentParameterMismatch,
} from './errors.ts';
import { launchOne, planInstance } from './launch-one.ts';
import { checkRequest, chooseSubnet } from './launch-request.ts';
import { resolveTemplate } from './launch-template.ts';
import type { LaunchRequestRecord } from './records.ts';
import { findGroup } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';

type Answer = Omit<LaunchInstancesCommandOutput, '$metadata'>;

// How long AWS remembers a client token: user guide, "Launch instances synchronously".
const REMEMBERED_MILLISECONDS = 8 * 3_600_000;

const answerOf = ({ token, group, subnet, zoneId, launched, failed }: LaunchRequestRecord): Answer => {
  const place = {
    MarketType: 'OnDemand',
    SubnetId: subnet.id,
    AvailabilityZone: subnet.zone,
    AvailabilityZoneId: zoneId,
  };
  const Instances = [...Map.groupBy(launched, ({ type }) => type)].map(
    ([InstanceType, instances]): InstanceCollection => ({
      ...place,
      InstanceType,
      InstanceIds: instances.map(({ id }) => id),
    }),
  );
  const Errors = [...new Map(failed.map(({ code, message }) => [code, message]))].map(
    ([ErrorCode, ErrorMessage]): LaunchInstancesError => ({ ...place, ErrorCode, ErrorMessage }),
  );
  return { AutoScalingGroupName: group, ClientToken: token, Instances, Errors };
};

const forgetOld = ({ context, records }: AutoScalingScope): void => {
  const before = context.clock.now() - REMEMBERED_MILLISECONDS;
  for (const { token, askedAt } of records.requests.list()) {
    if (askedAt <= before) records.requests.delete(token);
  }
};

/** What a token was used for; undefined when it is new. */
const answerBefore = (
  { records }: AutoScalingScope,
  token: string,
  parameters: string,
): Answer | undefined => {
  const request = records.requests.get(token);
  if (request === undefined) return undefined;
  if (request.parameters !== parameters) throw idempotentParameterMismatch(token);
  if (request.launched.length + request.failed.length < request.count) throw idempotentCallInProgress(token);
  return answerOf(request);
};

const parametersOf = (input: LaunchInstancesCommandInput): string => {
  const { ClientToken: _, ...asked } = input;
  const sorted = Object.entries(asked).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
};

/**
 * Launches instances in one zone and answers their ids, or why there are none; they are `Pending`. What was asked for is
 * written down first: the same client token launches once, also across a crash.
 */
export const launchInstances = async (
  scope: AutoScalingScope,
  input: LaunchInstancesCommandInput,
): Promise<Answer> => {
  const { context, records } = scope;
  const { token, count, retries } = checkRequest(input, context.random.uuid());
  const parameters = parametersOf(input);
  forgetOld(scope);
  const given = answerBefore(scope, token, parameters);
  if (given !== undefined) return given;

  const { template: specification } = findGroup(scope, input.AutoScalingGroupName);
  const { subnet, zoneId } = await chooseSubnet(scope, input);
  const template = await resolveTemplate(scope, {
    LaunchTemplateId: specification.id,
    Version: specification.version,
  });
  // The same request may have come again, and the group may have changed, while this one waited.
  const meanwhile = answerBefore(scope, token, parameters);
  if (meanwhile !== undefined) return meanwhile;
  const group = findGroup(scope, input.AutoScalingGroupName);
  if (group.deleting === true) throw deletionInProgress(group.name);
  const asked = records
    .instances(group.name)
    .filter(({ id, request }) => id === undefined && request !== undefined);
  if (group.desired + asked.length + count > group.maxSize) throw groupTooSmall(group, count);

  const planned = context.store.transaction(() => {
    records.requests.put(token, {
      token,
      parameters,
      group: group.name,
      askedAt: context.clock.now(),
      retries,
      subnet,
      zoneId,
      count,
      launched: [],
      failed: [],
    });
    const cause = `an instance was started in response to a LaunchInstances request for ${count} in '${subnet.zone}'.`;
    return Array.from({ length: count }, () =>
      planInstance(scope, group, { subnet, template, cause, request: token }),
    );
  });
  await Promise.all(planned.map((instance) => launchOne(scope, group, instance)));
  scope.kick(group.name);
  const settled = answerBefore(scope, token, parameters);
  if (settled === undefined) throw new Error(`the launch request '${token}' was lost`);
  return settled;
};
