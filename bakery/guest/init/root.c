/* File systems: the kernel's own for init, then the read-only root in which the application lives. */
#define _GNU_SOURCE
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define ROOT "/root"
#define LOCKED (MS_NOSUID | MS_NODEV)

static void mount_or_fail(const char *source, const char *target, const char *type, unsigned long flags,
                          const char *options) {
  if (mount(source, target, type, flags, options) != 0)
    fail("mounting %s on %s: %s", source, target, strerror(errno));
}

void mount_kernel_file_systems(void) {
  mount_or_fail("devtmpfs", "/dev", "devtmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755");
  mount_or_fail("proc", "/proc", "proc", LOCKED | MS_NOEXEC, NULL);
  mount_or_fail("sysfs", "/sys", "sysfs", LOCKED | MS_NOEXEC, NULL);
}

static void make_device(const char *name, unsigned minor_number) {
  char path[64];
  snprintf(path, sizeof path, ROOT "/dev/%s", name);
  if (mknod(path, S_IFCHR | 0666, makedev(1, minor_number)) != 0) fail("making %s: %s", path, strerror(errno));
}

static void make_dev(void) {
  mount_or_fail("dev", ROOT "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=64k");
  make_device("null", 3);
  make_device("zero", 5);
  make_device("full", 7);
  make_device("random", 8);
  make_device("urandom", 9);
  symlink("/proc/self/fd", ROOT "/dev/fd");
  symlink("/proc/self/fd/0", ROOT "/dev/stdin");
  symlink("/proc/self/fd/1", ROOT "/dev/stdout");
  symlink("/proc/self/fd/2", ROOT "/dev/stderr");
  /* One place to write to, whose size is the only limit to watch. */
  symlink("/tmp", ROOT "/dev/shm");
  mount_or_fail("dev", ROOT "/dev", "tmpfs", MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NOEXEC, NULL);
}

void mount_root(const struct disk *disk) {
  mount_or_fail(disk->runtime, ROOT, "erofs", MS_RDONLY | LOCKED, NULL);
  mount_or_fail(disk->app, ROOT "/app", "erofs", MS_RDONLY | LOCKED, NULL);
  /* Other users' processes, init above all, are nothing the application may look at. */
  mount_or_fail("proc", ROOT "/proc", "proc", LOCKED | MS_NOEXEC, "hidepid=2");
  mount_or_fail("tmp", ROOT "/tmp", "tmpfs", LOCKED, "mode=1777,size=50%");
  mount_or_fail("run", ROOT "/run", "tmpfs", LOCKED | MS_NOEXEC, "mode=0755,size=1m");
  make_dev();
}

static void empty_directory(const char *path) {
  DIR *directory = opendir(path);
  if (directory == NULL) return;
  struct dirent *entry;
  while ((entry = readdir(directory)) != NULL) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      unlinkat(dirfd(directory), entry->d_name, 0);
  }
  closedir(directory);
}

/* Leaves the initramfs, which gives its memory back, and makes the root file system of the application the only one. */
void enter_root(void) {
  mount("run", ROOT "/run", "tmpfs", MS_REMOUNT | MS_RDONLY | LOCKED | MS_NOEXEC, NULL);
  umount2("/proc", MNT_DETACH);
  umount2("/sys", MNT_DETACH);
  umount2("/dev", MNT_DETACH);
  empty_directory("/modules");
  unlink("/init");
  if (chdir(ROOT) != 0 || mount(".", "/", NULL, MS_MOVE, NULL) != 0 || chroot(".") != 0 || chdir("/") != 0)
    fail("entering the root file system: %s", strerror(errno));
}

void harden_kernel(void) {
  static const char *const settings[][2] = {
      {"/proc/sys/kernel/dmesg_restrict", "1"},
      {"/proc/sys/kernel/kptr_restrict", "2"},
      {"/proc/sys/kernel/unprivileged_bpf_disabled", "1"},
      {"/proc/sys/kernel/perf_event_paranoid", "3"},
      {"/proc/sys/kernel/kexec_load_disabled", "1"},
      {"/proc/sys/kernel/sysrq", "0"},
      {"/proc/sys/user/max_user_namespaces", "0"},
  };
  for (size_t index = 0; index < ARRAY_LENGTH(settings); index++) {
    if (!write_file(settings[index][0], settings[index][1])) say("%s was not set", settings[index][0]);
  }
}
