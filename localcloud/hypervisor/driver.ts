/** How a machine starts: straight into its kernel, or through the firmware as EC2 does it. */
export type Firmware = 'direct' | 'bios' | 'uefi';

/** What the guest asks of its metadata service; header names in lower case. */
export interface MetadataRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** What the metadata service answers. */
export interface MetadataAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Answers the guest's requests to http://169.254.169.254. */
export type MetadataHandler = (request: MetadataRequest) => MetadataAnswer | Promise<MetadataAnswer>;

/** A machine to launch. */
export interface MachineSpec {
  /** Name of the machine in the process list, for example `i-0123456789abcdef0`. */
  readonly id: string;
  /** Folder of this machine alone; created when absent. What the guest writes to its disk stays here. */
  readonly dir: string;
  /** Absolute path of a raw disk image; never written to. */
  readonly diskPath: string;
  readonly memoryMiB: number;
  readonly vcpus: number;
  /** `direct` boots the disk's own unified kernel image without firmware, and falls back to `bios` without one. */
  readonly firmware: Firmware;
  readonly metadata?: MetadataHandler;
  /** Told once, when the machine is gone; the same as `Machine.exited`. */
  readonly onExit?: (exit: MachineExit) => void;
}

/** Why a machine is gone. */
export interface MachineExit {
  /** `guest-shutdown`: the guest powered itself off, asked to or not. `killed`: we ended it. `crashed`: neither. */
  readonly reason: 'guest-shutdown' | 'killed' | 'crashed';
  /** For people: exit code, signal and the emulator's last words. */
  readonly detail: string;
}

/** Where a guest's port is reached on this host. */
export interface ForwardedPort {
  readonly host: string;
  readonly port: number;
}

/** A machine that was launched. */
export interface Machine {
  readonly id: string;
  readonly pid: number;
  /** How it really started, after a fall-back. */
  readonly firmware: Firmware;
  readonly exited: Promise<MachineExit>;
  /**
   * Resolves when the guest has its address: at its first request for metadata, or after half a minute for a guest that
   * never asks. A connection made before that is not refused: QEMU holds it for seconds, as a network without the
   * machine would.
   */
  readonly onNetwork: Promise<void>;
  /** The last 64 KiB that the guest wrote to its serial console. */
  console(): Buffer;
  /** Opens a port of this host that leads to a TCP port of the guest; asking again gives the same one. */
  forward(guestPort: number): Promise<ForwardedPort>;
  /** Presses the power button; the guest decides what it does. */
  powerDown(): Promise<void>;
  /** Stops the processor until `resume`, as a hung machine would be. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /**
   * Pulls the network cable out, or puts it back. Nothing reaches the guest or leaves it meanwhile; connections to its
   * forwarded ports are still accepted here, and get no answer, as those to an address that nobody answers for.
   */
  setLink(up: boolean): Promise<void>;
  /** Presses the power button, waits up to `graceSeconds` and then ends the machine; resolves when it is gone. */
  stop(graceSeconds: number): Promise<MachineExit>;
  /** Ends the machine now; resolves when it is gone. */
  kill(): Promise<MachineExit>;
}

/** Runs machines on this host. */
export interface Hypervisor {
  /** Resolves when the machine's processor runs; rejects with a `MachineLaunchError` when it cannot be started. */
  launch(spec: MachineSpec): Promise<Machine>;
  /** Finds out what the first launch would otherwise wait for. */
  prepare(): Promise<void>;
}

/** The emulator is missing or refused to start. */
export class MachineLaunchError extends Error {
  override readonly name = 'MachineLaunchError';
}
