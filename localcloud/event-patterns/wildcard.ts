// AWS refuses patterns that would blow up its automaton with "Rule is too complex"; it publishes no number.
const mostStars = 5;

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

/** Says why a text is no wildcard pattern (`\*` and `\\` are escapes); undefined when it is one. */
export const wildcardProblem = (text: string): string | undefined => {
  const unescaped = text.replace(/\\[*\\]/g, '');
  if (unescaped.includes('\\')) return 'Invalid escape character at pos 0';
  if (unescaped.includes('**')) return 'Consecutive wildcard characters at pos 0';
  if (unescaped.split('*').length - 1 > mostStars)
    return 'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character';
  return undefined;
};

/** Turns a wildcard pattern into a test. */
export const compileWildcard = (text: string): ((value: string) => boolean) => {
  const parts = text.split(/(\\[*\\]|\*)/);
  const source = parts
    .map((part) => (part === '*' ? '[^]*' : part.startsWith('\\') ? literal(part.slice(1)) : literal(part)))
    .join('');
  const expression = new RegExp(`^${source}$`);
  return (value) => expression.test(value);
};
