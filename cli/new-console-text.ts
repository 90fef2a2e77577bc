const PROBE_CHARACTERS = 64;

/**
 * What a console has that it had not before. It shows only the last 64 KB, so what was there at its beginning may be
 * gone, and its first line may be cut. Where repeated lines leave a doubt, as little as possible is new.
 */
export const newConsoleText = (before: string, after: string): string => {
  if (after.startsWith(before)) return after.slice(before.length);
  const fromWholeLine = after.slice(after.indexOf('\n') + 1);
  const probe = fromWholeLine.slice(0, PROBE_CHARACTERS);
  for (let start = before.indexOf(probe); start >= 0; start = before.indexOf(probe, start + 1)) {
    const kept = before.slice(start);
    if (fromWholeLine.startsWith(kept)) return fromWholeLine.slice(kept.length);
  }
  return after;
};
