/** Debian packages from which a base takes files; the kernel's own package is found through `linux-image-cloud-amd64`. */
export const BASE_PACKAGES = [
  'systemd-boot-efi',
  'syslinux-common',
  'libc6',
  'libstdc++6',
  'libgcc-s1',
  'ca-certificates',
] as const;

/**
 * Kernel command line of the image: safe on EC2, where mitigations, KASLR and zeroed pages stay on. The NVMe time-out is
 * the one that EC2 asks for (never give up on a volume); the rest only leaves out work that these machines never need:
 * self-tests, second serial ports, resuming, and security modules without a policy.
 */
export const KERNEL_COMMAND_LINE = [
  'console=ttyS0,115200n8',
  'panic=-1',
  'quiet',
  'random.trust_cpu=on',
  'nvme_core.io_timeout=4294967295',
  'cryptomgr.notests',
  'rcupdate.rcu_expedited=1',
  '8250.nr_uarts=1',
  'noresume',
  'lsm=landlock,lockdown,yama',
  'audit=0',
].join(' ');

/** GPT disk GUID of every Kiln base: a base is identified by its digest, not by this. */
export const DISK_GUID = '4B494C4E-0000-4000-8000-000000000001';
/** Partition GUID of the EFI system partition. */
export const ESP_PARTITION_GUID = '4B494C4E-0000-4000-8000-000000000002';
/** Partition GUID of the runtime. */
export const RUNTIME_PARTITION_GUID = '4B494C4E-0000-4000-8000-000000000003';
/** UUID of the runtime's EROFS. */
export const RUNTIME_EROFS_UUID = '4b494c4e-0000-4000-8000-000000000004';

/** Start of the EFI system partition in bytes. */
export const ESP_OFFSET_BYTES = 1_048_576;
/** FAT32 with clusters of 512 bytes needs 65,525 of them, 32 MiB; the kernel lies there twice (UKI and syslinux: 33 MB). */
export const ESP_BYTES = 48 * 1_048_576;

/** Absolute path of Node in the machine. */
export const NODE_PATH = '/usr/bin/node';
