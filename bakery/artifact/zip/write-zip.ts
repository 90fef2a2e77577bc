import { crc32, deflateRawSync } from 'node:zlib';

/** A file, directory (name ends with `/`) or symbolic link (content is the target) to be put into a zip. */
export interface ZipMember {
  readonly name: string;
  readonly content: Uint8Array;
  /** `st_mode` with the file type, for example 0o100644. */
  readonly mode: number;
}

// 1980-01-01 00:00, the earliest time that a zip can name.
const EARLIEST_DATE = 0x0021;
const UNIX = 3 << 8;
const VERSION = 20;
const UTF8_NAME = 0x0800;
const DEFLATED = 8;
const MAX_MEMBERS = 0xfffe;

/** Writes a zip in memory; equal members give equal bytes, since no time and no host enters it. */
export function writeZip(members: readonly ZipMember[]): Buffer {
  if (members.length > MAX_MEMBERS)
    throw new RangeError(`${members.length} members, at most ${MAX_MEMBERS} fit`);
  const parts: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const { local, central, data } = writeMember(member, offset);
    parts.push(local, data);
    directory.push(central);
    offset += local.length + data.length;
  }
  const directoryBytes = directory.reduce((sum, record) => sum + record.length, 0);
  if (offset + directoryBytes > 0xffff_ffff) throw new RangeError('the zip would be larger than 4 GiB');
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

function writeMember(
  member: ZipMember,
  offset: number,
): { local: Buffer; central: Buffer; data: Uint8Array } {
  const name = Buffer.from(member.name, 'utf8');
  const deflated = deflateRawSync(member.content);
  const method = deflated.length < member.content.length ? DEFLATED : 0;
  const data = method === DEFLATED ? deflated : member.content;
  const common = Buffer.alloc(26);
  common.writeUInt16LE(VERSION, 0);
  common.writeUInt16LE(UTF8_NAME, 2);
  common.writeUInt16LE(method, 4);
  common.writeUInt16LE(EARLIEST_DATE, 8);
  common.writeUInt32LE(crc32(member.content), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(member.content.length, 18);
  common.writeUInt16LE(name.length, 22);
  const before = Buffer.alloc(6);
  before.writeUInt32LE(0x0201_4b50, 0);
  before.writeUInt16LE(UNIX | VERSION, 4);
  const after = Buffer.alloc(14);
  after.writeUInt16LE(member.mode, 8);
  after.writeUInt32LE(offset, 10);
  return {
    local: Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name]),
    central: Buffer.concat([before, common, after, name]),
    data,
  };
}
