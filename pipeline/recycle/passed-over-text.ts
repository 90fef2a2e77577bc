import type { PassedOver } from './fleet.ts';

/** Names at most so many machines. */
const NAMED = 3;

/** Machines that are passed over, in a sentence: `'i-1' is protected from scale-in; and 2 more`. */
export const passedOverText = (machines: PassedOver['machines']): string => {
  const named = machines.slice(0, NAMED).map(({ instanceId, reason }) => `'${instanceId}' ${reason}`);
  const rest = machines.length - named.length;
  return [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
};
