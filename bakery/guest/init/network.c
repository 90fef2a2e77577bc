/* One network card with the address that DHCP gives it, and the loopback interface. */
#define _GNU_SOURCE
#include "init.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define INTERFACE "eth0"

static void bring_up(int control, const char *interface) {
  struct ifreq request = {0};
  strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (ioctl(control, SIOCSIFFLAGS, &request) != 0) say("interface %s does not come up: %s", interface, strerror(errno));
}

static void set_address(int control, unsigned long what, uint32_t address) {
  struct ifreq request = {0};
  strncpy(request.ifr_name, INTERFACE, IFNAMSIZ - 1);
  struct sockaddr_in *value = (struct sockaddr_in *)&request.ifr_addr;
  value->sin_family = AF_INET;
  value->sin_addr.s_addr = address;
  if (ioctl(control, what, &request) != 0) say("%s: setting its address: %s", INTERFACE, strerror(errno));
}

static void set_mtu(int control, unsigned mtu) {
  struct ifreq request = {0};
  strncpy(request.ifr_name, INTERFACE, IFNAMSIZ - 1);
  request.ifr_mtu = (int)mtu;
  ioctl(control, SIOCSIFMTU, &request);
}

static void add_default_route(int control, uint32_t router) {
  struct rtentry route = {.rt_flags = RTF_UP | RTF_GATEWAY};
  route.rt_dst.sa_family = AF_INET;
  route.rt_genmask.sa_family = AF_INET;
  struct sockaddr_in *gateway = (struct sockaddr_in *)&route.rt_gateway;
  gateway->sin_family = AF_INET;
  gateway->sin_addr.s_addr = router;
  if (ioctl(control, SIOCADDRT, &route) != 0) say("%s: setting its router: %s", INTERFACE, strerror(errno));
}

/* The runtime's /etc/resolv.conf is a link to /run/resolv.conf. */
static void write_resolver(const struct lease *lease) {
  char text[1024] = "", address[INET_ADDRSTRLEN];
  size_t length = 0;
  if (lease->domain[0] != '\0') length = (size_t)snprintf(text, sizeof text, "search %s\n", lease->domain);
  for (size_t index = 0; index < lease->dns_count; index++) {
    inet_ntop(AF_INET, &lease->dns[index], address, sizeof address);
    length += (size_t)snprintf(text + length, sizeof text - length, "nameserver %s\n", address);
  }
  if (!write_file("/root/run/resolv.conf", text)) say("/run/resolv.conf was not written: %s", strerror(errno));
}

static void apply_lease(int control, const struct lease *lease) {
  set_address(control, SIOCSIFADDR, lease->address);
  if (lease->netmask != 0) set_address(control, SIOCSIFNETMASK, lease->netmask);
  if (lease->mtu >= 576) set_mtu(control, lease->mtu);
  if (lease->router != 0) add_default_route(control, lease->router);
  write_resolver(lease);
}

static bool wait_for_interface(double deadline) {
  while (if_nametoindex(INTERFACE) == 0) {
    if (uptime_seconds() > deadline) return false;
    usleep(2000);
  }
  return true;
}

bool start_network(double deadline) {
  int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  bring_up(control, "lo");
  struct lease lease;
  bool ready = wait_for_interface(deadline);
  if (ready) {
    bring_up(control, INTERFACE);
    ready = request_lease(INTERFACE, &lease, deadline);
  }
  if (ready) {
    char address[INET_ADDRSTRLEN];
    apply_lease(control, &lease);
    inet_ntop(AF_INET, &lease.address, address, sizeof address);
    say("network ready at %.2f s: %s has %s", uptime_seconds(), INTERFACE, address);
  } else {
    say("network not ready at %.2f s: %s", uptime_seconds(),
        if_nametoindex(INTERFACE) == 0 ? "there is no network card" : "no DHCP server answered");
  }
  close(control);
  return ready;
}
