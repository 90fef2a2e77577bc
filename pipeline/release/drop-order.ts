import type { DropOrder } from '../model.ts';

/**
 * S3's sequencers are hexadecimal and may differ in length: the shorter one is filled up with zeros on the right
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html).
 */
const isSmaller = (a: string, b: string): boolean => {
  const length = Math.max(a.length, b.length);
  const fill = (sequencer: string): string => sequencer.toUpperCase().padEnd(length, '0');
  return fill(a) < fill(b);
};

/**
 * Whether `a` was dropped before `b`. Within the same moment only sequencers tell, and they order the drops of one key;
 * of two others neither is older.
 */
export const isOlderDrop = (a: DropOrder, b: DropOrder): boolean => {
  const difference = Date.parse(a.droppedAt) - Date.parse(b.droppedAt);
  if (difference !== 0) return difference < 0;
  if (a.key !== b.key || a.sequencer === undefined || b.sequencer === undefined) return false;
  return isSmaller(a.sequencer, b.sequencer);
};
