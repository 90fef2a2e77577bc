import { ArtifactRejectedError } from './artifact-rejected.ts';

/**
 * Splits a command line into words as a shell would, without being one: quotes hold words together, and everything that
 * only a shell could do is refused, because the machine has none.
 */
export function startCommand(line: string, source: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (const character of line.trim()) {
    if (quote !== '' && character === quote) {
      quote = '';
    } else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
      word ??= '';
    } else if (quote === '' && (character === ' ' || character === '\t')) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      checkCharacter(character, quote, line, source);
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') refuse(line, source, `has a ${quote} without its partner`);
  if (word !== undefined) words.push(word);
  if (words.length === 0) refuse(line, source, 'is empty');
  return words;
}

function checkCharacter(character: string, quote: string, line: string, source: string): void {
  const special = quote === "'" ? '' : quote === '"' ? '$`\\' : '&|;<>$`\\()*?[]{}~#!';
  if (special.includes(character)) {
    refuse(line, source, `uses '${character}', which only a shell understands, and the machine has no shell`);
  }
  if (/\p{Cc}/u.test(character)) refuse(line, source, 'contains a control character');
}

function refuse(line: string, source: string, why: string): never {
  throw new ArtifactRejectedError(
    'bad_start_command',
    `the start command '${line.trim()}' in ${source} ${why}`,
  );
}
