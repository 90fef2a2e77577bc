/** One entry of an initramfs archive. Directories come before what is in them. */
export type CpioEntry =
  | { readonly type: 'directory'; readonly path: string }
  | { readonly type: 'file'; readonly path: string; readonly mode: number; readonly data: Uint8Array }
  | {
      readonly type: 'character-device';
      readonly path: string;
      readonly mode: number;
      readonly major: number;
      readonly minor: number;
    };

const HEADER_BYTES = 110;
const TYPE_BITS = { directory: 0o040_000, file: 0o100_000, 'character-device': 0o020_000 };

/** Writes a cpio archive in the "new ASCII" form (magic 070701), the one that Linux unpacks as its initramfs. */
export function writeCpio(entries: readonly CpioEntry[]): Buffer {
  const pieces = entries.map((entry, index) => writeEntry(entry, index + 1));
  const trailer = writeEntry({ type: 'file', path: 'TRAILER!!!', mode: 0, data: new Uint8Array() }, 0);
  return Buffer.concat([...pieces, trailer]);
}

function writeEntry(entry: CpioEntry, inode: number): Buffer {
  const name = Buffer.from(`${entry.path}\0`);
  const data = entry.type === 'file' ? entry.data : new Uint8Array();
  const device = entry.type === 'character-device' ? entry : { major: 0, minor: 0 };
  const permissions = entry.type === 'directory' ? 0o755 : entry.mode;
  const links = entry.type === 'directory' ? 2 : 1;
  const fields = [
    inode,
    inode === 0 ? 0 : TYPE_BITS[entry.type] | permissions,
    0, // user
    0, // group
    links,
    0, // modification time
    data.length,
    0, // device that holds the file, major and minor
    0,
    device.major,
    device.minor,
    name.length,
    0, // check sum, unused in this form
  ];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([
    Buffer.from(header, 'latin1'),
    name,
    padding(HEADER_BYTES + name.length),
    data,
    padding(data.length),
  ]);
}

function padding(length: number): Buffer {
  return Buffer.alloc((4 - (length % 4)) % 4);
}
