import type { HistoryEntry } from './history.ts';
import { unless } from './invariant.ts';

const denials: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'Client.UnauthorizedOperation',
]);

/** I17: no call of a role's was denied, unless that was an injected fault. */
export const deniedCalls = (entry: HistoryEntry & { readonly kind: 'call' }): readonly string[] =>
  unless(
    entry.fault !== undefined || !denials.has(entry.outcome),
    () => `'${entry.actor}' may not call ${entry.service}:${entry.action}`,
  );
