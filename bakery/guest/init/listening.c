/* The listening TCP sockets, as /proc/net lists them: a wrong port or a loopback address is the commonest way not to be healthy. */
#include "init.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define STATE_LISTEN 0x0a

/* /proc/net prints each 32-bit word of an address as the machine reads it, so copying the words restores the order. */
static bool parse_address(const char *hexadecimal, int words, uint32_t *address) {
  for (int word = 0; word < words; word++) {
    if (sscanf(hexadecimal + word * 8, "%8x", &address[word]) != 1) return false;
  }
  return true;
}

static bool is_loopback(const uint32_t *address, int words) {
  if (words == 1) return (ntohl(address[0]) >> 24) == 127;
  return address[0] == 0 && address[1] == 0 && address[2] == 0 && address[3] == htonl(1);
}

struct look {
  unsigned port;
  enum listening found;
  unsigned other_port; /* of the socket that `elsewhere` names */
  char *elsewhere;
  size_t size;
};

static void scan(const char *path, int words, struct look *look) {
  char line[512];
  FILE *table = fopen(path, "re");
  if (table == NULL) return;
  while (look->found != LISTENS && fgets(line, sizeof line, table) != NULL) {
    char hexadecimal[33], text[INET6_ADDRSTRLEN];
    unsigned local_port, state;
    uint32_t address[4];
    if (sscanf(line, " %*d: %32[0-9A-F]:%x %*[0-9A-F]:%*x %x", hexadecimal, &local_port, &state) != 3) continue;
    if (state != STATE_LISTEN || !parse_address(hexadecimal, words, address)) continue;
    if (local_port == look->port && !is_loopback(address, words)) {
      look->found = LISTENS;
    } else if (look->found == LISTENS_NOWHERE || look->other_port != look->port) {
      /* Of several sockets, the one with the right port and the wrong address says most. */
      look->found = LISTENS_ELSEWHERE;
      look->other_port = local_port;
      inet_ntop(words == 1 ? AF_INET : AF_INET6, address, text, sizeof text);
      snprintf(look->elsewhere, look->size, words == 1 ? "%s:%u" : "[%s]:%u", text, local_port);
    }
  }
  fclose(table);
}

/* Says in `elsewhere` what listens instead when the application does not listen where it is asked for. */
enum listening app_listening(unsigned port, char *elsewhere, size_t size) {
  struct look look = {.port = port, .found = LISTENS_NOWHERE, .elsewhere = elsewhere, .size = size};
  scan("/proc/net/tcp", 1, &look);
  scan("/proc/net/tcp6", 4, &look);
  return look.found;
}
