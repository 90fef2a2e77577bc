import { isUtf8 } from 'node:buffer';
import { ArtifactRejectedError } from './artifact-rejected.ts';

const MAX_COMPONENT_BYTES = 255;
// PATH_MAX is 4,096 with the closing NUL, and the machine puts `/app/` in front.
const MAX_PATH_BYTES = 4_090;
const PLAIN_NAME = /^[A-Za-z0-9_@+,=~%#!()[\]{}^$&'; /.-]+$/;
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const TEXT_DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Decodes an entry's name; only UTF-8 is accepted, since every other encoding is a guess. */
export function decodeEntryName(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const shown = printable(bytes.toString('latin1'));
  throw new ArtifactRejectedError('bad_name', `the name '${shown}' is not valid UTF-8`);
}

/** Checks that a name is a plain relative path that stays below the root, and returns it. */
export function checkEntryPath(name: string): string {
  if (!PLAIN_NAME.test(name)) checkCharacters(name);
  if (name === '') throw new ArtifactRejectedError('unsafe_path', 'an entry has an empty name');
  if (name.startsWith('/')) refuse(name, 'is absolute');
  if (name.length * 3 > MAX_PATH_BYTES && Buffer.byteLength(name) > MAX_PATH_BYTES) {
    refuse(name, `is longer than ${MAX_PATH_BYTES} bytes`);
  }
  for (const component of name.split('/')) {
    if (component === '..') refuse(name, 'leaves the root of the archive');
    if (component === '' || component === '.') refuse(name, "has an empty or '.' component");
    if (component.length * 3 > MAX_COMPONENT_BYTES && Buffer.byteLength(component) > MAX_COMPONENT_BYTES) {
      refuse(name, `has a component longer than ${MAX_COMPONENT_BYTES} bytes`);
    }
  }
  return name;
}

/** A name as it may appear in a message: control and text direction characters escaped, cut to 120 characters. */
export function printable(name: string): string {
  const cut = name.length > 120 ? `${name.slice(0, 117)}…` : name;
  return cut.replaceAll(
    /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function checkCharacters(name: string): void {
  if (CONTROL.test(name)) refuse(name, 'contains a control character');
  if (name.includes('\\')) refuse(name, 'contains a backslash');
  if (/^[A-Za-z]:/.test(name)) refuse(name, 'begins with a drive letter');
  if (TEXT_DIRECTION.test(name)) {
    throw new ArtifactRejectedError(
      'bad_name',
      `the name '${printable(name)}' changes the direction of text`,
    );
  }
  if (name.includes('\ufffd')) {
    throw new ArtifactRejectedError('bad_name', `the name '${printable(name)}' was not valid UTF-8`);
  }
}

function refuse(name: string, why: string): never {
  throw new ArtifactRejectedError('unsafe_path', `the path '${printable(name)}' ${why}`);
}
