import type { DropOrder } from '../model.ts';

/** What orders a drop among the others of its app. */
export const dropOrderOf = ({ releaseId, droppedAt, key, sequencer }: DropOrder): DropOrder => ({
  releaseId,
  droppedAt,
  key,
  ...(sequencer === undefined ? {} : { sequencer }),
});

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
 * Whether `a` was dropped before `b`. S3's events tell the second; within it the sequencers decide, which S3 promises for the
 * drops of one key. For two keys they are a guess, and without them the release ids decide: of two releases always the same
 * one is older, or they would take each other's place in the queue in turns and both be rolled out.
 */
export const isOlderDrop = (a: DropOrder, b: DropOrder): boolean => {
  const difference = Date.parse(a.droppedAt) - Date.parse(b.droppedAt);
  if (difference !== 0) return difference < 0;
  if (a.sequencer === undefined || b.sequencer === undefined) return a.releaseId < b.releaseId;
  if (isSmaller(a.sequencer, b.sequencer)) return true;
  return !isSmaller(b.sequencer, a.sequencer) && a.releaseId < b.releaseId;
};
