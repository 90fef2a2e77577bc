const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, left] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, right] of Array.from(b).entries()) {
      const replaced = (row[j] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};

/** The word that `word` was probably meant to be; undefined when none is near. */
export const nearestWord = (word: string, words: readonly string[]): string | undefined => {
  const given = word.slice(0, 64).toLowerCase().replaceAll(/[-_ ]/g, '');
  const [nearest] = words
    .map((candidate) => ({ candidate, edits: distance(given, candidate.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits);
  const allowed = Math.min(Math.max(2, Math.floor(given.length / 3)), given.length - 1);
  return nearest !== undefined && nearest.edits <= allowed ? nearest.candidate : undefined;
};
