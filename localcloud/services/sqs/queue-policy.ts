import type { Caller } from '../../identity.ts';
import { compilePolicy } from '../../policies/evaluate.ts';
import { parsePolicy } from '../../policies/policy-document.ts';
import { sendDenied } from './errors.ts';
import type { QueueRecord } from './queue-store.ts';

/**
 * Throws when an AWS service may not send to a queue: its policy must let the service (`Principal`), and the resource in
 * whose name it sends (`aws:SourceArn`). Roles and the account's owner are held to their own policies only.
 */
export const checkSender = ({ arn, attributes }: QueueRecord, caller: Caller): void => {
  if (caller.kind !== 'service') return;
  const statements = parsePolicy(attributes['Policy'] || '{"Statement": []}').filter(({ principals }) =>
    [...(principals?.['Service'] ?? []), ...(principals?.['AWS'] ?? [])].some(
      (name) => name === caller.arn || name === '*',
    ),
  );
  const context = new Map<string, readonly string[]>([
    ['aws:sourcearn', caller.sourceArn === undefined ? [] : [caller.sourceArn]],
    ['aws:sourceaccount', [caller.accountId]],
    ['aws:principalisawsservice', ['true']],
    ['aws:principalservicename', [caller.arn]],
    ['aws:securetransport', ['true']],
  ]);
  if (compilePolicy(statements).decide('sqs:SendMessage', arn, context) !== 'allow') {
    throw sendDenied(caller.arn, arn);
  }
};
