/*
 * A DHCP client (RFC 2131) on a packet socket: servers may answer to the address that they are about to give, which an
 * ordinary socket on an interface without an address never sees. Leases are not renewed: EC2 and QEMU keep an
 * instance's address for its whole life.
 */
#define _GNU_SOURCE
#include "init.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAGIC 0x63825363
#define FIRST_TIMEOUT_MS 250
#define LAST_TIMEOUT_MS 4000

enum { DISCOVER = 1, OFFER = 2, REQUEST = 3, ACKNOWLEDGE = 5, REFUSE = 6 };
enum {
  OPTION_NETMASK = 1,
  OPTION_ROUTER = 3,
  OPTION_DNS = 6,
  OPTION_DOMAIN = 15,
  OPTION_MTU = 26,
  OPTION_ADDRESS = 50,
  OPTION_TYPE = 53,
  OPTION_SERVER = 54,
  OPTION_WANTED = 55,
  OPTION_END = 255
};

struct message {
  struct iphdr ip;
  struct udphdr udp;
  uint8_t operation, hardware_type, hardware_length, hops;
  uint32_t transaction;
  uint16_t seconds, flags;
  uint32_t client, your, next_server, relay;
  uint8_t hardware_address[16], server_name[64], file[128];
  uint32_t magic;
  uint8_t options[1024];
} __attribute__((packed));

struct client {
  int socket, interface_index;
  uint8_t hardware_address[6];
  uint32_t transaction;
};

static uint16_t checksum(const void *bytes, size_t length) {
  const uint8_t *at = bytes;
  uint32_t sum = 0;
  for (size_t index = 0; index + 1 < length; index += 2) sum += (uint32_t)(at[index] << 8 | at[index + 1]);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return htons((uint16_t)~sum);
}

static uint8_t *put_option(uint8_t *at, uint8_t code, const void *value, uint8_t length) {
  *at++ = code;
  *at++ = length;
  memcpy(at, value, length);
  return at + length;
}

static void send_message(const struct client *client, uint8_t type, const struct lease *offer) {
  static const uint8_t wanted[] = {OPTION_NETMASK, OPTION_ROUTER, OPTION_DNS, OPTION_DOMAIN, OPTION_MTU};
  struct message message = {
      .operation = 1, .hardware_type = 1, .hardware_length = 6, .transaction = client->transaction, .magic = htonl(MAGIC)};
  memcpy(message.hardware_address, client->hardware_address, 6);
  uint8_t *end = put_option(message.options, OPTION_TYPE, &type, 1);
  if (type == REQUEST) {
    end = put_option(end, OPTION_ADDRESS, &offer->address, 4);
    end = put_option(end, OPTION_SERVER, &offer->server, 4);
  }
  end = put_option(end, OPTION_WANTED, wanted, sizeof wanted);
  *end++ = OPTION_END;
  size_t length = (size_t)(end - (uint8_t *)&message);
  if (length < 328) length = 328; /* BOOTP's smallest message; some servers drop shorter ones */

  message.udp.source = htons(68);
  message.udp.dest = htons(67);
  message.udp.len = htons((uint16_t)(length - sizeof message.ip)); /* a UDP checksum of 0 means none */
  message.ip.version = 4;
  message.ip.ihl = 5;
  message.ip.ttl = 64;
  message.ip.protocol = IPPROTO_UDP;
  message.ip.daddr = INADDR_BROADCAST;
  message.ip.tot_len = htons((uint16_t)length);
  message.ip.check = checksum(&message.ip, sizeof message.ip);

  struct sockaddr_ll everyone = {.sll_family = AF_PACKET,
                                 .sll_protocol = htons(ETH_P_IP),
                                 .sll_ifindex = client->interface_index,
                                 .sll_halen = 6,
                                 .sll_addr = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
  sendto(client->socket, &message, length, 0, (struct sockaddr *)&everyone, sizeof everyone);
}

/* Returns the type of an answer to us, or 0 for anything else on the wire. */
static int read_message(const struct client *client, const struct message *message, size_t length, struct lease *lease) {
  if (length < offsetof(struct message, options) || message->ip.protocol != IPPROTO_UDP || message->ip.ihl != 5) return 0;
  if (message->udp.dest != htons(68) || message->operation != 2 || message->magic != htonl(MAGIC)) return 0;
  if (message->transaction != client->transaction) return 0;
  if (memcmp(message->hardware_address, client->hardware_address, 6) != 0) return 0;

  int type = 0;
  memset(lease, 0, sizeof *lease);
  lease->address = message->your;
  const uint8_t *at = message->options, *end = (const uint8_t *)message + length;
  while (at < end && *at != OPTION_END) {
    if (*at == 0) {
      at++;
      continue;
    }
    if (end - at < 2 || end - at < 2 + at[1]) return 0;
    uint8_t code = at[0], size = at[1];
    const uint8_t *value = at + 2;
    at += 2 + size;
    if (code == OPTION_TYPE && size == 1) type = value[0];
    if (code == OPTION_NETMASK && size == 4) memcpy(&lease->netmask, value, 4);
    if (code == OPTION_ROUTER && size >= 4) memcpy(&lease->router, value, 4);
    if (code == OPTION_SERVER && size == 4) memcpy(&lease->server, value, 4);
    if (code == OPTION_MTU && size == 2) lease->mtu = (unsigned)(value[0] << 8 | value[1]);
    if (code == OPTION_DOMAIN && size > 0) {
      memcpy(lease->domain, value, size);
      lease->domain[size] = '\0';
    }
    for (; code == OPTION_DNS && size >= 4 && lease->dns_count < ARRAY_LENGTH(lease->dns); size -= 4, value += 4)
      memcpy(&lease->dns[lease->dns_count++], value, 4);
  }
  return type;
}

static int receive_message(const struct client *client, struct lease *lease, double until) {
  for (;;) {
    int milliseconds = (int)((until - uptime_seconds()) * 1000);
    struct pollfd poll_for = {.fd = client->socket, .events = POLLIN};
    if (milliseconds <= 0 || poll(&poll_for, 1, milliseconds) <= 0) return 0;
    struct message message;
    ssize_t length = recv(client->socket, &message, sizeof message, 0);
    int type = length > 0 ? read_message(client, &message, (size_t)length, lease) : 0;
    if (type != 0) return type;
  }
}

static bool open_client(struct client *client, const char *interface) {
  struct ifreq request = {0};
  strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  client->socket = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP));
  if (client->socket < 0 || ioctl(client->socket, SIOCGIFHWADDR, &request) != 0) return false;
  memcpy(client->hardware_address, request.ifr_hwaddr.sa_data, 6);
  client->interface_index = (int)if_nametoindex(interface);
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = client->interface_index};
  if (bind(client->socket, (struct sockaddr *)&address, sizeof address) != 0) return false;
  if (getrandom(&client->transaction, sizeof client->transaction, GRND_NONBLOCK) != sizeof client->transaction)
    memcpy(&client->transaction, client->hardware_address + 2, sizeof client->transaction);
  return true;
}

bool request_lease(const char *interface, struct lease *lease, double deadline) {
  struct client client;
  bool acknowledged = false;
  if (open_client(&client, interface)) {
    int timeout_ms = FIRST_TIMEOUT_MS;
    while (!acknowledged && uptime_seconds() < deadline) {
      double until = uptime_seconds() + timeout_ms / 1000.0;
      struct lease offer;
      send_message(&client, DISCOVER, NULL);
      if (receive_message(&client, &offer, until) == OFFER) {
        send_message(&client, REQUEST, &offer);
        acknowledged = receive_message(&client, lease, until) == ACKNOWLEDGE;
      }
      if (timeout_ms < LAST_TIMEOUT_MS) timeout_ms *= 2;
    }
  }
  if (client.socket >= 0) close(client.socket);
  return acknowledged;
}
