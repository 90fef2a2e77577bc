import { invalidParameter } from './errors.ts';

/**
 * Reads a filter pattern of unstructured text: words and "quoted phrases" that a message must all contain.
 * JSON (`{ … }`), column (`[ … ]`), optional (`?`) and excluding (`-`) terms are refused, not ignored.
 */
export const termsOf = (pattern: string): string[] => {
  const text = pattern.trim();
  if (/^[[{%]/.test(text)) {
    throw invalidParameter(`the local cloud knows only text filter patterns, got '${pattern}'`);
  }
  const terms = text.match(/"(?:[^"\\]|\\.)*"|[^\s"]+/g) ?? [];
  return terms.map((term) => {
    if (term.startsWith('"')) return term.slice(1, -1).replace(/\\(.)/g, '$1');
    if (/^[?-]/.test(term)) {
      throw invalidParameter(
        `the local cloud does not know '${term[0]}' terms in filter patterns, got '${pattern}'`,
      );
    }
    return term;
  });
};
