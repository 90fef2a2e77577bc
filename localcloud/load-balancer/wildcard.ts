/**
 * Compiles a rule's pattern, in which `*` stands for any run of characters and `?` for exactly one; `\*`, `\?` and `\\`
 * stand for themselves (User Guide for Application Load Balancers, "Rule condition types").
 */
export const wildcard = (pattern: string, caseSensitive: boolean): RegExp => {
  const source = pattern.replace(/\\([*?\\])|([*?])|([.+^${}()|[\]\\/-])/g, (_, literal, wild, special) => {
    if (literal !== undefined) return `\\${literal}`;
    if (wild !== undefined) return wild === '*' ? '.*' : '.';
    return `\\${special}`;
  });
  return new RegExp(`^${source}$`, caseSensitive ? 's' : 'is');
};
