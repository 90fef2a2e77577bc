/* Instance metadata, version 2: a session token first, then one request for each fact. */
#include "init.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TOKEN_BYTES 256
#define BOOT_TIMEOUT_SECONDS 2
#define LATER_TIMEOUT_SECONDS 1 /* the application is being supervised: nothing else is done meanwhile */

struct session {
  struct http_connection connection;
  char token_header[TOKEN_BYTES + 40]; /* empty = no token yet */
  double deadline;
};

static bool get_token(struct session *session) {
  char token[TOKEN_BYTES];
  int status = http_request(&session->connection, "PUT", "/latest/api/token",
                            "X-aws-ec2-metadata-token-ttl-seconds: 300\r\n", token, sizeof token);
  if (status != 200 || token[0] == '\0' || strpbrk(token, "\r\n") != NULL) return false;
  snprintf(session->token_header, sizeof session->token_header, "X-aws-ec2-metadata-token: %s\r\n", token);
  return true;
}

/* Reads one path, again until the deadline while the service is not ready. Returns false when it never answered. */
static bool get(struct session *session, const char *path, char *value, size_t size) {
  for (int pause_ms = 50;; pause_ms = pause_ms < 1000 ? pause_ms * 2 : pause_ms) {
    int status = -1;
    if (session->token_header[0] != '\0' || get_token(session))
      status = http_request(&session->connection, "GET", path, session->token_header, value, size);
    if (status == 200) return true;
    value[0] = '\0';
    if (status == 404) return true;
    if (status == 401) session->token_header[0] = '\0';
    if (uptime_seconds() > session->deadline) return false;
    usleep((unsigned)pause_ms * 1000);
  }
}

/* One line without control characters, for the console, a host name and environment variables. */
static bool get_line(struct session *session, const char *path, char *value, size_t size) {
  if (!get(session, path, value, size)) return false;
  for (char *at = value; *at != '\0'; at++) {
    if ((unsigned char)*at < ' ' || *at == 0x7f) *at = '\0';
    if (*at == '\0') break;
  }
  return true;
}

bool read_metadata(struct metadata *metadata, double deadline) {
  struct session session = {.connection = {.socket = -1, .timeout_seconds = BOOT_TIMEOUT_SECONDS}, .deadline = deadline};
  memset(metadata, 0, sizeof *metadata);
  bool complete =
      get_line(&session, "/latest/meta-data/instance-id", metadata->instance_id, sizeof metadata->instance_id) &&
      get_line(&session, "/latest/meta-data/placement/availability-zone", metadata->zone, sizeof metadata->zone) &&
      get_line(&session, "/latest/meta-data/tags/instance/kiln:env", metadata->environment,
               sizeof metadata->environment) &&
      get_line(&session, "/latest/meta-data/tags/instance/kiln:app", metadata->app, sizeof metadata->app) &&
      get_line(&session, "/latest/meta-data/tags/instance/kiln:release", metadata->release, sizeof metadata->release) &&
      get(&session, "/latest/user-data", metadata->user_data, sizeof metadata->user_data);
  if (session.connection.socket >= 0) close(session.connection.socket);
  return complete;
}

/* A tag of the machine as it is now, empty when there is none: EC2 shows a tag while the machine runs. */
bool read_tag(const char *tag, char *value, size_t size, double deadline) {
  struct session session = {.connection = {.socket = -1, .timeout_seconds = LATER_TIMEOUT_SECONDS}, .deadline = deadline};
  char path[128];
  snprintf(path, sizeof path, "/latest/meta-data/tags/instance/%s", tag);
  bool answered = get_line(&session, path, value, size);
  if (session.connection.socket >= 0) close(session.connection.socket);
  return answered;
}
