import type { CreateScheduleInput, Target } from '@aws-sdk/client-scheduler';
import type { CloudContext } from '../../cloud-context.ts';
import { AwsError } from '../../errors.ts';
import { findTimeZone } from '../../schedules/time-zone.ts';
import { validationException } from './errors.ts';
import { parseExpression } from './expression.ts';
import { targetKind } from './target-request.ts';

type ScheduleInput = Omit<CreateScheduleInput, 'ClientToken'>;

const checkRange = (name: string, value: number | undefined, least: number, most: number): void => {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  const bound = value < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`;
  throw validationException(
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must have value ${bound}`,
  );
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const checkTarget = (target: Target): void => {
  const { Arn: arn = '', Input: input, RoleArn: role = '', DeadLetterConfig: deadLetters } = target;
  const kind = targetKind(arn);
  if (kind === undefined) throw validationException(`The target '${arn}' is not supported.`);
  if (!/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(role)) {
    throw validationException('Provided RoleArn is not in correct format.');
  }
  if (input !== undefined && input.length > 256 * 1024) throw validationException('Input is too long.');
  if (kind.json && input !== undefined && !isJson(input.replaceAll(/<aws\.scheduler\.[a-z-]+>/g, '0'))) {
    throw validationException('Invalid RequestJson provided. Reason: the input is not well-formed JSON.');
  }
  if (arn.startsWith('arn:aws:scheduler:::') && input === undefined) {
    throw validationException('A universal target needs an Input with the parameters of its API call.');
  }
  const queue = deadLetters?.Arn;
  if (queue !== undefined && !/^arn:aws:sqs:[a-z0-9-]+:\d{12}:[\w-]+$/.test(queue)) {
    throw validationException('DeadLetterConfig must name a standard queue of Amazon SQS.');
  }
  if (arn.startsWith('arn:aws:events:') !== (target.EventBridgeParameters !== undefined)) {
    throw validationException(
      'EventBridgeParameters belong to targets that are event buses, and to all of them.',
    );
  }
  checkRange('target.retryPolicy.maximumRetryAttempts', target.RetryPolicy?.MaximumRetryAttempts, 0, 185);
  const age = target.RetryPolicy?.MaximumEventAgeInSeconds;
  checkRange('target.retryPolicy.maximumEventAgeInSeconds', age, 60, 86_400);
};

const checkWindow = ({
  FlexibleTimeWindow: { Mode, MaximumWindowInMinutes } = { Mode: 'OFF' },
}: ScheduleInput): void => {
  checkRange('flexibleTimeWindow.maximumWindowInMinutes', MaximumWindowInMinutes, 1, 1440);
  if (Mode !== 'OFF' && Mode !== 'FLEXIBLE') {
    throw validationException(`FlexibleTimeWindow.Mode must be OFF or FLEXIBLE, got '${Mode}'.`);
  }
  if ((Mode === 'FLEXIBLE') !== (MaximumWindowInMinutes !== undefined)) {
    throw validationException('MaximumWindowInMinutes belongs to the mode FLEXIBLE, and only to it.');
  }
};

/** Throws `ValidationException` for a schedule that AWS, or the local cloud, does not take. */
export const checkSchedule = (input: ScheduleInput): void => {
  const { Name: name = '', ScheduleExpression: expression = '', ScheduleExpressionTimezone: zone } = input;
  if (!/^[\w.-]{1,64}$/.test(name)) throw validationException(`Schedule name '${name}' is not valid.`);
  if (zone !== undefined && findTimeZone(zone) === undefined) {
    throw validationException(`The ScheduleExpressionTimezone '${zone}' is not valid.`);
  }
  if (parseExpression(expression, zone) === undefined) {
    throw validationException(`Invalid Schedule Expression ${expression}.`);
  }
  if (input.StartDate !== undefined && input.EndDate !== undefined && input.StartDate >= input.EndDate) {
    throw validationException('The StartDate you specify must come before the EndDate you specify.');
  }
  checkWindow(input);
  checkTarget(input.Target ?? { Arn: undefined, RoleArn: undefined });
};

/** Throws `ValidationException` when the target's role does not let Scheduler assume it. */
export const checkTrust = async (context: CloudContext, roleArn: string): Promise<void> => {
  try {
    await context.peers.sts.AssumeRole(
      { RoleArn: roleArn, RoleSessionName: 'scheduler' },
      context.asService('scheduler.amazonaws.com'),
    );
  } catch (error) {
    const code = error instanceof AwsError ? error.code : undefined;
    if (code === 'NotImplemented') return;
    if (code !== 'AccessDenied') throw error;
    throw validationException(
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    );
  }
};
