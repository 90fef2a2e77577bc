import type { CloudContext } from '../../cloud-context.ts';
import type { Call } from '../../service.ts';

/** EventBridge in the policies of resources. */
export const principal = 'events.amazonaws.com';

/** A call of EventBridge on behalf of a rule (`aws:SourceArn`). */
export const callForRule = (context: CloudContext, ruleArn: string): Call => {
  const call = context.asService(principal);
  return { ...call, caller: { ...call.caller, sourceArn: ruleArn } };
};
