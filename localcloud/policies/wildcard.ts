const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Compiles an IAM pattern, where `*` stands for any text and `?` for one character, both also across `/` and `:`. */
export const compileWildcard = (
  pattern: string,
  options: { readonly ignoreCase?: boolean } = {},
): ((text: string) => boolean) => {
  if (pattern === '*') return () => true;
  if (!/[*?]/.test(pattern) && options.ignoreCase !== true) return (text) => text === pattern;
  // `${*}`, `${?}` and `${$}` are IAM's way to write these characters literally.
  const parts = pattern.split(/(\$\{[*?$]\}|[*?])/);
  const source = parts.map((part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    return escape(/^\$\{[*?$]\}$/.test(part) ? part.slice(2, 3) : part);
  });
  const expression = new RegExp(`^${source.join('')}$`, options.ignoreCase === true ? 'is' : 's');
  return (text) => expression.test(text);
};
