// Plain JavaScript that Node 20 understands: it runs before the npm install has brought Node 24.

/** The Debian packages that Kiln uses, and what for. */
export const DEBIAN_PACKAGES = {
  'qemu-system-x86': 'runs the machines',
  ovmf: 'UEFI firmware of the machines',
  'busybox-static': "carries the machines' metadata requests",
  gcc: "compiles the machine's init",
  'libc6-dev': "compiles the machine's init",
  binutils: 'assembles the kernel image',
  'erofs-utils': 'writes the runtime file system of the base',
  dosfstools: 'writes the boot partition of the base',
  mtools: 'fills the boot partition of the base',
  syslinux: 'boots the base by BIOS',
  'syslinux-common': 'boots the base by BIOS',
};

/** More that only the tests use: tools that judge what Kiln writes, and the AWS CLI as a client. */
export const TEST_PACKAGES = {
  gdisk: 'checks partition tables',
  awscli: 'speaks to the local cloud as users do',
};
