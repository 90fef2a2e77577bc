import { ArtifactRejectedError } from './artifact-rejected.ts';
import { printable } from './entry-path.ts';
import type { TreeEntry } from './tree.ts';

// Up to the machine field.
const ELF_HEAD_BYTES = 20;

const ELF_MAGIC = 0x7f45_4c46;
const ELF_64 = 2;
const ELF_LITTLE_ENDIAN = 1;
const ELF_TYPES_THAT_RUN = new Set([2, 3]);
const ELF_X86_64 = 62;
const MACH_O_MAGICS = new Set([0xfeed_face, 0xfeed_facf, 0xcefa_edfe, 0xcffa_edfe, 0xcafe_babe]);
const MACHINES = new Map([
  [3, '32-bit x86'],
  [8, 'MIPS'],
  [20, 'PowerPC'],
  [21, '64-bit PowerPC'],
  [22, 's390x'],
  [40, '32-bit ARM'],
  [183, 'aarch64'],
  [243, 'RISC-V'],
  [258, 'LoongArch'],
]);

// Packages carry builds for many platforms side by side and choose at run time: `prebuilds/linux-arm64/…`,
// `@esbuild/darwin-arm64/…`. A path that names its platform is not a mistake.
const NAMES_A_PLATFORM =
  /(^|[^a-z0-9])(arm64|aarch64|arm|armv[5-8][a-z]*|armhf|ia32|x86|i[36]86|mips\w*|ppc64\w*|s390x?|riscv64\w*|loong\w*|darwin|macos|win32|windows|android|freebsd|openbsd|sunos)([^a-z0-9]|$)/i;

/** Refuses a program or native addon that the machine (x86-64 Linux) could not run. */
export function checkNativeCode(entry: TreeEntry, head: Uint8Array): void {
  if (head.length < 4) return;
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  const found = foreignCode(bytes, entry.path.endsWith('.node'));
  if (found === undefined || NAMES_A_PLATFORM.test(entry.path)) return;
  throw new ArtifactRejectedError(
    'wrong_arch',
    `'${printable(entry.path)}' is machine code for ${found}, the machine is x86_64 Linux`,
  );
}

function foreignCode(bytes: Buffer, isAddon: boolean): string | undefined {
  const magic = bytes.readUInt32BE(0);
  if (magic === ELF_MAGIC) return foreignElf(bytes);
  if (!isAddon) return undefined;
  if (MACH_O_MAGICS.has(magic)) return 'macOS';
  return magic >>> 16 === 0x4d5a ? 'Windows' : undefined;
}

function foreignElf(bytes: Buffer): string | undefined {
  if (bytes.length < ELF_HEAD_BYTES) return undefined;
  if (bytes[5] !== ELF_LITTLE_ENDIAN) return 'a big-endian processor';
  if (!ELF_TYPES_THAT_RUN.has(bytes.readUInt16LE(16))) return undefined;
  const machine = bytes.readUInt16LE(18);
  if (bytes[4] === ELF_64 && machine === ELF_X86_64) return undefined;
  if (machine === ELF_X86_64) return '32-bit x86_64 (x32)';
  return MACHINES.get(machine) ?? `processor number ${machine}`;
}
