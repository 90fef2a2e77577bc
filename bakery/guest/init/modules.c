/* Kernel modules. Each costs milliseconds to link, tens of them under emulation: load what the machine's devices need. */
#define _GNU_SOURCE
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_PCI_DEVICES 64

struct pci_device {
  unsigned vendor, device;
};

#define VIRTIO_VENDOR 0x1af4
#define AMAZON_VENDOR 0x1d0f

static unsigned read_hexadecimal(const char *directory, const char *name) {
  char path[320], text[32];
  unsigned value = 0;
  snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/%s", directory, name);
  if (read_file(path, text, sizeof text) > 0) sscanf(text, "%x", &value);
  return value;
}

static size_t list_pci_devices(struct pci_device *devices) {
  DIR *directory = opendir("/sys/bus/pci/devices");
  if (directory == NULL) return 0;
  size_t count = 0;
  struct dirent *entry;
  while (count < MAX_PCI_DEVICES && (entry = readdir(directory)) != NULL) {
    if (entry->d_name[0] == '.') continue;
    unsigned vendor = read_hexadecimal(entry->d_name, "vendor");
    if (vendor != VIRTIO_VENDOR && vendor != AMAZON_VENDOR) continue;
    devices[count].vendor = vendor;
    devices[count++].device = read_hexadecimal(entry->d_name, "device");
  }
  closedir(directory);
  return count;
}

/* `ids` are PCI device ids that end with 0. */
static bool has_device(const struct pci_device *devices, size_t count, unsigned vendor, const unsigned *ids) {
  for (size_t index = 0; index < count; index++) {
    if (devices[index].vendor != vendor) continue;
    for (const unsigned *id = ids; *id != 0; id++) {
      if (devices[index].device == *id) return true;
    }
  }
  return false;
}

int open_module(const char *name) {
  char path[64];
  snprintf(path, sizeof path, "/modules/%s.ko", name);
  return open(path, O_RDONLY | O_CLOEXEC);
}

void load_opened_module(int module, const char *name) {
  if (module < 0 || (syscall(SYS_finit_module, module, "", 0) != 0 && errno != EEXIST))
    say("kernel module %s was not loaded: %s", name, strerror(errno));
  if (module >= 0) close(module);
}

static void load_modules(const char *const *names) {
  for (; *names != NULL; names++) load_opened_module(open_module(*names), *names);
}

void load_boot_modules(void) {
  static const unsigned virtio_disks[] = {0x1001, 0x1042, 0};
  static const unsigned virtio_networks[] = {0x1000, 0x1041, 0};
  static const unsigned ena_networks[] = {0x0ec2, 0x1ec2, 0xec20, 0xec21, 0};
  static const char *const virtio[] = {"virtio_ring",           "virtio",     "virtio_pci_modern_dev",
                                       "virtio_pci_legacy_dev", "virtio_pci", NULL};
  static const char *const virtio_disk[] = {"virtio_blk", NULL};
  static const char *const virtio_network[] = {"failover", "net_failover", "virtio_net", NULL};
  static const char *const ena[] = {"ena", NULL};
  static const char *const erofs[] = {"libcrc32c", "erofs", NULL};

  struct pci_device devices[MAX_PCI_DEVICES];
  size_t count = list_pci_devices(devices);
  bool disk = has_device(devices, count, VIRTIO_VENDOR, virtio_disks);
  bool network = has_device(devices, count, VIRTIO_VENDOR, virtio_networks);
  if (disk || network) load_modules(virtio);
  if (disk) load_modules(virtio_disk);
  if (network) load_modules(virtio_network);
  if (has_device(devices, count, AMAZON_VENDOR, ena_networks)) load_modules(ena);
  load_modules(erofs);
}
