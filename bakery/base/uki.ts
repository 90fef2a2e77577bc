import { open } from 'node:fs/promises';
import { runTool } from './run-tool.ts';

/** Files from which a unified kernel image is put together. */
export interface UkiInput {
  /** systemd's `linuxx64.efi.stub`. */
  readonly stubPath: string;
  /** One file for each section, in the order in which they are to lie in memory. */
  readonly sections: readonly { readonly name: string; readonly path: string; readonly bytes: number }[];
  readonly outputPath: string;
  readonly signal?: AbortSignal | undefined;
}

const PAGE_BYTES = 4096;

/**
 * Makes a unified kernel image: systemd's EFI stub with the kernel, the initramfs and the command line as PE sections
 * (UAPI group, "Unified Kernel Image"). Sections lie one after the other: firmware clears every gap between them.
 */
export async function buildUki(input: UkiInput): Promise<void> {
  const { stubPath, sections, outputPath, signal } = input;
  let address = await endOfStub(stubPath, signal);
  const args: string[] = [];
  for (const { name, path, bytes } of sections) {
    args.push('--add-section', `${name}=${path}`);
    args.push('--set-section-flags', `${name}=data,readonly`);
    args.push('--change-section-vma', `${name}=0x${address.toString(16)}`);
    address = roundUp(address + bytes);
  }
  await runTool('objcopy', [...args, stubPath, outputPath], { signal });
  await forgetBuildTime(outputPath);
}

/** Clears the PE header's time stamp, which objcopy takes from the clock, and the check sum that covers it. */
async function forgetBuildTime(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0x3c);
    const header = buffer.readUInt32LE(0);
    await file.write(Buffer.alloc(4), 0, 4, header + 8);
    await file.write(Buffer.alloc(4), 0, 4, header + 88);
  } finally {
    await file.close();
  }
}

/** First free page behind the stub's own sections, as an absolute address. */
async function endOfStub(stubPath: string, signal: AbortSignal | undefined): Promise<number> {
  const table = await runTool('objdump', ['--section-headers', stubPath], { signal });
  const ends = [...table.matchAll(/^\s+\d+ \S+\s+([0-9a-f]{8})\s+([0-9a-f]{8,16})\s/gmu)].map(
    ([, size, address]) => parseInt(size ?? '', 16) + parseInt(address ?? '', 16),
  );
  if (ends.length === 0) throw new Error(`EFI stub '${stubPath}' has no sections`);
  return roundUp(Math.max(...ends));
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
}
