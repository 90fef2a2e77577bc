import { createCipheriv } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const MIB = 1_048_576;
const PACKAGES = 80;
const TEXT_FILES = 1_900;
const BINARY_FILES = 100;
const TEXT_BYTES = 15 * MIB;
const BINARY_BYTES = 5 * MIB;
const SEED = Buffer.from('kiln bench: app of 2,000 files  ');
const LARGEST_SHARE = 40;

/** What the generated app is made of, in a sentence for the result. */
export const APP_MIX = `${TEXT_FILES} JavaScript-like files (15 MiB, sizes log-normal) and ${BINARY_FILES} incompressible ones (5 MiB) in ${PACKAGES} packages, from a fixed seed`;

/** Writes the files of an app of 20 MiB below `directory`, which exists; always the same ones. */
export async function generateApp(directory: string): Promise<void> {
  const random = new Random(SEED);
  const words = vocabulary(random);
  for (const [index, size] of sizes(random, TEXT_FILES, TEXT_BYTES).entries()) {
    await writeAt(directory, `lib/part-${index}.js`, index, scriptText(random, words, size));
  }
  for (const [index, size] of sizes(random, BINARY_FILES, BINARY_BYTES).entries()) {
    await writeAt(directory, `assets/data-${index}.bin`, index, random.bytes(size));
  }
}

async function writeAt(directory: string, name: string, index: number, content: Uint8Array): Promise<void> {
  const path = join(directory, 'node_modules', `package-${index % PACKAGES}`, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

// AES in counter mode over zeros: the same numbers on every machine and in every version of Node.
class Random {
  readonly #cipher;
  #pool: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(seed: Uint8Array) {
    this.#cipher = createCipheriv('aes-256-ctr', seed, Buffer.alloc(16));
  }

  bytes(count: number): Buffer {
    return this.#cipher.update(Buffer.alloc(count));
  }

  /** At least 0, less than 1. */
  next(): number {
    if (this.#at === this.#pool.length) {
      this.#pool = this.bytes(65_536);
      this.#at = 0;
    }
    const value = this.#pool.readUInt32LE(this.#at);
    this.#at += 4;
    return value / 2 ** 32;
  }
}

/** Log-normal sizes, as files in `node_modules` have: many small ones, few large ones; together exactly `total`. */
function sizes(random: Random, count: number, total: number): readonly number[] {
  const weights = Array.from({ length: count }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    return Math.min(LARGEST_SHARE, Math.exp(1.3 * normal));
  });
  const sum = weights.reduce((a, b) => a + b, 0);
  const found = weights.map((weight) => Math.max(1, Math.floor((weight / sum) * total)));
  found[0] = (found[0] ?? 0) + total - found.reduce((a, b) => a + b, 0);
  return found;
}

function vocabulary(random: Random): readonly string[] {
  const syllables = 'con fig re quest hand ler set get val ue out put list map err or time stamp name'.split(
    ' ',
  );
  const pick = (): string => syllables[Math.floor(random.next() * syllables.length)] ?? '';
  return Array.from({ length: 1_200 }, () => {
    const [first, ...rest] = Array.from({ length: 2 + Math.floor(random.next() * 3) }, pick);
    return `${first}${rest.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('')}`;
  });
}

const STATEMENTS = [
  'const $ = await $.$($, { $: $ });\n',
  '  if ($ === undefined) throw new TypeError("$ of $ is missing");\n',
  'export function $($, $) {\n  return $($).filter(($) => $.$ !== #);\n}\n',
  '  this.$ = $.$ ?? #;\n',
  '  for (const $ of $.$) $.set($.$, #);\n',
  '// Keeps $ until $ has seen the $ of every $.\n',
  'import { $, $ } from "./$.js";\n',
  '  return { $, $: #, $: "$" };\n',
];

/** Text with the structure and, at about 4:1, the compressibility of JavaScript; exactly `size` bytes. */
function scriptText(random: Random, words: readonly string[], size: number): Buffer {
  // Each file uses some words often and most never, as real modules do.
  const own = Array.from({ length: 60 }, () => words[Math.floor(random.next() * words.length)] ?? '');
  const word = (): string => own[Math.floor(random.next() ** 2 * own.length)] ?? '';
  const pieces: string[] = [];
  let bytes = 0;
  while (bytes < size) {
    const statement = STATEMENTS[Math.floor(random.next() * STATEMENTS.length)] ?? '';
    const piece = statement.replaceAll(/[$#]/g, (mark) =>
      mark === '$' ? word() : String(Math.floor(random.next() * 1_000)),
    );
    pieces.push(piece);
    bytes += piece.length;
  }
  return Buffer.from(pieces.join('')).subarray(0, size);
}
