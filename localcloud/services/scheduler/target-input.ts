import type { CloudContext } from '../../cloud-context.ts';
import type { Invocation } from './model.ts';

const wholeSeconds = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');

// What a target without input gets; its detail is a text.
const notification = (context: CloudContext, { id, scheduleArn, scheduledAt }: Invocation): string =>
  JSON.stringify({
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: context.accountId,
    time: wholeSeconds(scheduledAt),
    region: context.region,
    resources: [scheduleArn],
    detail: '{}',
  });

/**
 * The text for the target: its input with the context attributes filled in, see
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export const targetInput = (context: CloudContext, invocation: Invocation): string => {
  const { id, scheduleArn, scheduledAt, attempts, target } = invocation;
  if (target.Input === undefined) return notification(context, invocation);
  const attributes: Readonly<Record<string, string>> = {
    'schedule-arn': scheduleArn,
    'scheduled-time': wholeSeconds(scheduledAt),
    'execution-id': id,
    'attempt-number': String(attempts + 1),
  };
  return target.Input.replaceAll(
    /<aws\.scheduler\.([a-z-]+)>/g,
    (token, name: string) => attributes[name] ?? token,
  );
};
