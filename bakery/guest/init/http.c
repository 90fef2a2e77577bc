/* HTTP/1.1 requests to the instance metadata service, one after the other over one connection. */
#define _GNU_SOURCE
#include "init.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define METADATA_ADDRESS "169.254.169.254"
#define METADATA_PORT 80
#define HEAD_BYTES 8192

static void close_connection(struct http_connection *connection) {
  if (connection->socket >= 0) close(connection->socket);
  connection->socket = -1;
}

static bool open_connection(struct http_connection *connection) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(METADATA_PORT)};
  inet_pton(AF_INET, METADATA_ADDRESS, &address.sin_addr);
  struct timeval timeout = {.tv_sec = connection->timeout_seconds};
  int one = 1;
  connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  /* Linux applies the send time-out to connect as well. */
  setsockopt(connection->socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  setsockopt(connection->socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(connection->socket, (struct sockaddr *)&address, sizeof address) == 0) return true;
  close_connection(connection);
  return false;
}

struct answer {
  int status;
  long content_length; /* -1 = until the connection closes */
  bool keeps_connection;
};

static bool read_head(const char *head, struct answer *answer) {
  if (sscanf(head, "HTTP/1.%*d %d", &answer->status) != 1) return false;
  answer->content_length = answer->status == 204 || answer->status == 304 ? 0 : -1;
  answer->keeps_connection = strncmp(head, "HTTP/1.1", 8) == 0;
  for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n")) {
    const char *field = line + 2;
    if (strncasecmp(field, "content-length:", 15) == 0) answer->content_length = strtol(field + 15, NULL, 10);
    if (strncasecmp(field, "connection:", 11) == 0 && strncasecmp(field + 11 + strspn(field + 11, " "), "close", 5) == 0)
      answer->keeps_connection = false;
    if (strncasecmp(field, "transfer-encoding:", 18) == 0) return false;
  }
  if (answer->content_length < 0) answer->keeps_connection = false;
  return true;
}

/* Reads one answer; returns its status, or -1 when it is incomplete, too long or not HTTP. */
static int read_answer(struct http_connection *connection, char *body, size_t size, bool *keeps_connection) {
  char head[HEAD_BYTES];
  size_t length = 0;
  char *end = NULL;
  while (end == NULL) {
    if (length == sizeof head - 1) return -1;
    ssize_t got = recv(connection->socket, head + length, sizeof head - 1 - length, 0);
    if (got <= 0) return -1;
    length += (size_t)got;
    head[length] = '\0';
    end = strstr(head, "\r\n\r\n");
  }
  size_t body_length = length - (size_t)(end + 4 - head);
  struct answer answer;
  *end = '\0';
  if (!read_head(head, &answer)) return -1;
  if (answer.content_length >= (long)size || body_length >= size) return -1;
  memcpy(body, end + 4, body_length);
  while (answer.content_length < 0 || body_length < (size_t)answer.content_length) {
    ssize_t got = recv(connection->socket, body + body_length, size - 1 - body_length, 0);
    if (got == 0 && answer.content_length < 0) break;
    if (got <= 0) return -1;
    body_length += (size_t)got;
  }
  body[body_length] = '\0';
  *keeps_connection = answer.keeps_connection;
  return answer.status;
}

/* `header` is empty or one whole line. The body is ended with NUL. Returns the status, or -1 when nothing was answered. */
int http_request(struct http_connection *connection, const char *method, const char *path, const char *header,
                 char *body, size_t size) {
  char request[1024];
  int length = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: " METADATA_ADDRESS "\r\n%s%s\r\n", method, path,
                        strcmp(method, "PUT") == 0 ? "Content-Length: 0\r\n" : "", header);
  if (length < 0 || (size_t)length >= sizeof request) return -1;
  if (connection->socket < 0 && !open_connection(connection)) return -1;
  bool keeps_connection = false;
  int status = -1;
  if (send(connection->socket, request, (size_t)length, MSG_NOSIGNAL) == length)
    status = read_answer(connection, body, size, &keeps_connection);
  if (!keeps_connection) close_connection(connection);
  return status;
}
