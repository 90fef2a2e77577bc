/* The smallest possible init, for comparison: the modules, the disk's read-ahead, the two file systems, a fixed address, then
   Node as process 1. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const modules[] = {"virtio_ring",          "virtio",       "virtio_pci_modern_dev",
                                      "virtio_pci_legacy_dev", "virtio_pci",   "virtio_blk",
                                      "failover",              "net_failover", "virtio_net",
                                      "libcrc32c",             "erofs",        NULL};

static void load_modules(void) {
  char path[64];
  for (const char *const *name = modules; *name != NULL; name++) {
    snprintf(path, sizeof path, "/modules/%s.ko", *name);
    int module = open(path, O_RDONLY);
    syscall(SYS_finit_module, module, "", 0);
    close(module);
  }
}

static void set_address(const char *address) {
  int control = socket(AF_INET, SOCK_DGRAM, 0);
  struct ifreq request = {.ifr_name = "eth0"};
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  ioctl(control, SIOCSIFFLAGS, &request);
  struct sockaddr_in *value = (struct sockaddr_in *)&request.ifr_addr;
  *value = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = inet_addr(address)};
  ioctl(control, SIOCSIFADDR, &request);
  close(control);
}

int main(void) {
  mount("dev", "/dev", "devtmpfs", 0, NULL);
  load_modules();
  mount("sys", "/sys", "sysfs", 0, NULL);
  int read_ahead = open("/sys/class/block/vda/queue/read_ahead_kb", O_WRONLY);
  write(read_ahead, "4096", 4);
  close(read_ahead);
  mount("/dev/vda2", "/root", "erofs", MS_RDONLY, NULL);
  mount("/dev/vda3", "/root/app", "erofs", MS_RDONLY, NULL);
  mount("proc", "/root/proc", "proc", 0, NULL);
  mount("/dev", "/root/dev", NULL, MS_MOVE, NULL);
  /* The first address that the hypervisor's DHCP server would give. */
  set_address("169.254.10.10");
  chroot("/root");
  chdir("/app");
  /* Node does more for a terminal, and the console is one. */
  int nowhere = open("/dev/null", O_RDWR);
  for (int descriptor = 0; descriptor <= 2; descriptor++) dup2(nowhere, descriptor);
  char *const arguments[] = {"/usr/bin/node", "server.js", NULL};
  char *const environment[] = {"PORT=8080", "NODE_ENV=production", NULL};
  execve(arguments[0], arguments, environment);
  perror("exec");
  return 1;
}
