// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html: LogResult is the last 4 KB of the execution log.
const tailBytes = 4096;

/** Keeps the last 4 KiB of the texts added. */
export const logTail = (): { add(text: string): void; text(): string } => {
  let kept: string[] = [];
  let size = 0;
  return {
    add: (text) => {
      kept.push(text);
      size += text.length + 1;
      while (kept.length > 1 && size - (kept[0]?.length ?? 0) > 2 * tailBytes) {
        size -= (kept[0]?.length ?? 0) + 1;
        kept = kept.slice(1);
      }
    },
    text: () => {
      const bytes = Buffer.from(`${kept.join('\n')}\n`);
      return bytes.subarray(Math.max(0, bytes.length - tailBytes)).toString('utf8');
    },
  };
};
