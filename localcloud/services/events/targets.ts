import type * as EventBridge from '@aws-sdk/client-eventbridge';
import type { EventsDeps } from './deps.ts';
import { tooManyTargets, validationException } from './errors.ts';
import { busName } from './event-store.ts';
import { parseJsonPath } from './json-path.ts';
import { page } from '../../page.ts';

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
const mostTargets = 5;
const longestInput = 8192;

const requireTarget = (target: EventBridge.Target): void => {
  const { Id: id = '', Arn: arn = '', Input: input, InputPath: path, InputTransformer: transformer } = target;
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(id)) throw validationException(`Target id '${id}' is not valid.`);
  if (!arn.startsWith('arn:')) {
    throw validationException(
      `Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`,
    );
  }
  if ([input, path, transformer].filter((given) => given !== undefined).length > 1) {
    throw validationException(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${id}.`,
    );
  }
  if (input !== undefined) {
    if (input.length > longestInput)
      throw validationException(`Input for target ${id} is longer than ${longestInput} characters.`);
    try {
      JSON.parse(input);
    } catch {
      throw validationException(`JSON syntax error in input for target ${id}`);
    }
  }
  const paths = [...(path === undefined ? [] : [path]), ...Object.values(transformer?.InputPathsMap ?? {})];
  for (const text of paths) {
    if (parseJsonPath(text) === undefined) throw validationException(`Invalid InputPath for target ${id}.`);
  }
  const { DeadLetterConfig: { Arn: queue } = {} } = target;
  if (queue !== undefined && !/^arn:aws:sqs:[a-z0-9-]+:\d{12}:[\w-]+$/.test(queue)) {
    throw validationException(
      `Parameter ${queue} is not valid. Reason: a dead-letter queue must be a standard queue of Amazon SQS.`,
    );
  }
  if (arn.split(':')[2] === 'states' && !target.RoleArn) {
    throw validationException(`RoleArn is required for target ${arn}.`);
  }
};

/** PutTargets: a target with a known id is replaced. */
export const putTargets = (
  { events }: EventsDeps,
  input: EventBridge.PutTargetsRequest,
): EventBridge.PutTargetsResponse => {
  const rule = events.requireRule(busName(input.EventBusName), input.Rule ?? '');
  const given = input.Targets ?? [];
  for (const target of given) requireTarget(target);
  const ids = new Set(given.map(({ Id }) => Id));
  const targets = [...rule.targets.filter(({ Id }) => !ids.has(Id)), ...given];
  if (targets.length > mostTargets) throw tooManyTargets();
  events.putRule({ ...rule, targets });
  return { FailedEntryCount: 0, FailedEntries: [] };
};

/** RemoveTargets: ids that are not there come back as failed entries. */
export const removeTargets = (
  { events }: EventsDeps,
  input: EventBridge.RemoveTargetsRequest,
): EventBridge.RemoveTargetsResponse => {
  const rule = events.requireRule(busName(input.EventBusName), input.Rule ?? '');
  const ids = input.Ids ?? [];
  const missing = ids.filter((id) => !rule.targets.some((target) => target.Id === id));
  events.putRule({ ...rule, targets: rule.targets.filter(({ Id }) => !ids.includes(Id ?? '')) });
  return {
    FailedEntryCount: missing.length,
    FailedEntries: missing.map((TargetId) => ({
      TargetId,
      ErrorCode: 'ResourceNotFoundException',
      ErrorMessage: `Rule ${rule.name} does not have any targets with id ${TargetId}.`,
    })),
  };
};

/** ListTargetsByRule. */
export const listTargetsByRule = (
  { events }: EventsDeps,
  input: EventBridge.ListTargetsByRuleRequest,
): EventBridge.ListTargetsByRuleResponse => {
  const rule = events.requireRule(busName(input.EventBusName), input.Rule ?? '');
  const { items, nextToken } = page(rule.targets, input.NextToken, input.Limit);
  return { Targets: [...items], ...(nextToken === undefined ? {} : { NextToken: nextToken }) };
};
