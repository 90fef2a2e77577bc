// Options of node that take the next word as their value (node --help, Node 24).
const OPTIONS_WITH_VALUE = new Set([
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
  '-C',
  '--conditions',
  '--env-file',
  '--env-file-if-exists',
  '--title',
  '--icu-data-dir',
  '--openssl-config',
  '--redirect-warnings',
  '--max-http-header-size',
  '--dns-result-order',
]);

// With these node runs text instead of a file.
const OPTIONS_WITHOUT_FILE = new Set([
  '-e',
  '--eval',
  '-p',
  '--print',
  '-pe',
  '-i',
  '--interactive',
  '--test',
  '--run',
  '-',
]);

/** Finds the file that node would run, given the words after `node`. */
export function nodeArguments(words: readonly string[]): { readonly script: string | undefined } {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (OPTIONS_WITHOUT_FILE.has(word)) return { script: undefined };
    if (word === '--') return { script: words[index + 1] };
    if (!word.startsWith('-')) return { script: word };
    if (OPTIONS_WITH_VALUE.has(word)) index += 1;
  }
  return { script: undefined };
}
