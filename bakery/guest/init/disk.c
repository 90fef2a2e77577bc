/* Finds the machine's disk: the one that has both a partition named `runtime` and one named `app`. */
#include "init.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WAIT_SECONDS 20
/* Node starts 0.2 s sooner than with the kernel's 128 KiB (measured under emulation; 1 MiB helps little, 16 MiB no more). */
#define READ_AHEAD_KIB "4096"

struct partition {
  char name[32];
  char device[48];
};

static bool read_partition(const char *block_name, struct partition *partition) {
  char path[300], text[1024];
  snprintf(path, sizeof path, "/sys/class/block/%s/uevent", block_name);
  if (read_file(path, text, sizeof text) <= 0) return false;
  const char *name = strstr(text, "PARTNAME="), *device = strstr(text, "DEVNAME=");
  return name != NULL && device != NULL && sscanf(name, "PARTNAME=%31[^\n]", partition->name) == 1 &&
         sscanf(device, "DEVNAME=%47[^\n]", partition->device) == 1;
}

static size_t list_partitions(struct partition *partitions, size_t limit) {
  DIR *directory = opendir("/sys/class/block");
  if (directory == NULL) return 0;
  size_t count = 0;
  struct dirent *entry;
  while (count < limit && (entry = readdir(directory)) != NULL) {
    if (entry->d_name[0] != '.' && read_partition(entry->d_name, &partitions[count])) count++;
  }
  closedir(directory);
  return count;
}

/* `vda2` and `vda3`, `nvme0n1p2` and `nvme0n1p3` differ in the partition number only. */
static bool on_same_disk(const char *left, const char *right) {
  size_t length = strlen(left);
  while (length > 0 && left[length - 1] >= '0' && left[length - 1] <= '9') length--;
  return strncmp(left, right, length) == 0 && strspn(right + length, "0123456789") == strlen(right + length);
}

static bool look_for_disk(struct disk *disk) {
  struct partition partitions[64];
  size_t count = list_partitions(partitions, ARRAY_LENGTH(partitions));
  for (size_t runtime = 0; runtime < count; runtime++) {
    if (strcmp(partitions[runtime].name, "runtime") != 0) continue;
    for (size_t app = 0; app < count; app++) {
      if (strcmp(partitions[app].name, "app") != 0) continue;
      if (!on_same_disk(partitions[runtime].device, partitions[app].device)) continue;
      snprintf(disk->runtime, sizeof disk->runtime, "/dev/%s", partitions[runtime].device);
      snprintf(disk->app, sizeof disk->app, "/dev/%s", partitions[app].device);
      return true;
    }
  }
  return false;
}

static void read_ahead(const char *partition) {
  char path[128];
  /* The partition's folder is a link into the folder of its disk. */
  snprintf(path, sizeof path, "/sys/class/block/%s/../queue/read_ahead_kb", partition);
  write_file(path, READ_AHEAD_KIB);
}

void find_disk(struct disk *disk) {
  /* NVMe disks are probed in the background and may come after init. */
  double deadline = uptime_seconds() + WAIT_SECONDS;
  while (!look_for_disk(disk)) {
    if (uptime_seconds() > deadline)
      fail("no disk has a partition named runtime and one named app (waited %d s)", WAIT_SECONDS);
    usleep(2000);
  }
  read_ahead(disk->runtime + strlen("/dev/"));
}
