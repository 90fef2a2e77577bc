/* The application's environment: what was baked for this environment, then user data, then what Kiln itself says. */
#include "init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONFIG_BYTES 65536
#define MAX_GIVEN 496 /* variables from each of two sources, so that both and Kiln's own always fit */
#define KEEP_ALIVE "/usr/lib/kiln/keep-alive.cjs"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
#define DIGITS "0123456789"

static size_t find_variable(const struct environment *environment, const char *name) {
  size_t length = strlen(name), index = 0;
  while (index < environment->count &&
         (strncmp(environment->entries[index], name, length) != 0 || environment->entries[index][length] != '='))
    index++;
  return index;
}

const char *get_variable(const struct environment *environment, const char *name) {
  size_t index = find_variable(environment, name);
  return index < environment->count ? environment->entries[index] + strlen(name) + 1 : NULL;
}

void set_variable(struct environment *environment, const char *name, const char *value) {
  size_t index = find_variable(environment, name), size = strlen(name) + strlen(value) + 2;
  if (index == ARRAY_LENGTH(environment->entries) - 1) fail("there are more than %zu environment variables", index);
  char *entry = malloc(size);
  if (entry == NULL) fail("no memory for environment variable %s", name);
  snprintf(entry, size, "%s=%s", name, value);
  if (index < environment->count)
    free(environment->entries[index]);
  else
    environment->entries[++environment->count] = NULL;
  environment->entries[index] = entry;
}

static bool is_name(const char *text) {
  return *text != '\0' && strspn(text, DIGITS) == 0 && strspn(text, LETTERS DIGITS) == strlen(text);
}

/* A value in a pair of quotes loses them, as with node --env-file; nothing else in it has a meaning. */
static char *without_quotes(char *value) {
  size_t length = strlen(value);
  if (length < 2 || (value[0] != '"' && value[0] != '\'') || value[length - 1] != value[0]) return value;
  value[length - 1] = '\0';
  return value + 1;
}

/* Adds the `NAME=value` lines of `text`, which is written to. Lines that are none are counted, not shown: they may be secrets. */
void add_variables(struct environment *environment, char *text, const char *source) {
  int number = 0, left_out = 0, first_left_out = 0, too_many = 0;
  for (char *line; (line = strsep(&text, "\n")) != NULL;) {
    number++;
    line += strspn(line, " \t");
    size_t length = strlen(line);
    while (length > 0 && strchr(" \t\r", line[length - 1]) != NULL) line[--length] = '\0';
    if (*line == '\0' || *line == '#') continue;
    char *equals = strchr(line, '=');
    if (equals != NULL) *equals = '\0';
    if (equals == NULL || !is_name(line)) {
      if (left_out++ == 0) first_left_out = number;
    } else if (environment->count >= MAX_GIVEN && get_variable(environment, line) == NULL) {
      too_many++;
    } else {
      set_variable(environment, line, without_quotes(equals + 1));
    }
  }
  if (too_many > 0) say("%s: left out %d variables, %d are possible", source, too_many, MAX_GIVEN);
  if (left_out > 0)
    say("%s: left out what is not NAME=value (lines: %d, the first is line %d)", source, left_out, first_left_out);
}

static void add_baked_variables(struct environment *environment, const char *name) {
  static char text[CONFIG_BYTES];
  char path[1100];
  if (strspn(name, LETTERS DIGITS "-") != strlen(name)) return;
  snprintf(path, sizeof path, "/app/config/%s.env", name);
  ssize_t length = read_file(path, text, sizeof text);
  if (length == CONFIG_BYTES - 1) say("%s is longer than %d bytes: the rest was left out", path, CONFIG_BYTES - 1);
  if (length > 0) add_variables(environment, text, path + 5);
}

/* Tags of the instance win over user data, which can stand in for them where instance tags are switched off. */
static void set_identity(struct environment *environment, const char *name, const char *tag, const char *otherwise) {
  if (tag[0] != '\0')
    set_variable(environment, name, tag);
  else if (get_variable(environment, name) == NULL)
    set_variable(environment, name, otherwise);
}

static void preload_keep_alive(struct environment *environment) {
  if (access(KEEP_ALIVE, R_OK) != 0) return;
  const char *given = get_variable(environment, "NODE_OPTIONS");
  char options[4096] = "--require=" KEEP_ALIVE;
  if (given != NULL && strlen(given) < sizeof options - 64) {
    strcat(options, " ");
    strcat(options, given);
  }
  set_variable(environment, "NODE_OPTIONS", options);
}

static void set_default(struct environment *environment, const char *name, const char *value) {
  if (get_variable(environment, name) == NULL) set_variable(environment, name, value);
}

void build_environment(struct environment *environment, struct metadata *metadata, unsigned port) {
  struct environment launch = {0};
  char text[16];
  environment->count = 0;
  environment->entries[0] = NULL;
  add_variables(&launch, metadata->user_data, "user data");
  set_identity(&launch, "KILN_ENV", metadata->environment, "default");
  set_identity(&launch, "KILN_APP", metadata->app, "app");
  set_identity(&launch, "KILN_RELEASE", metadata->release, "unknown");
  set_identity(&launch, "KILN_INSTANCE_ID", metadata->instance_id, "unknown");
  set_identity(&launch, "KILN_ZONE", metadata->zone, "unknown");
  add_baked_variables(environment, get_variable(&launch, "KILN_ENV"));
  for (size_t index = 0; index < launch.count; index++) {
    char *value = strchr(launch.entries[index], '=');
    *value++ = '\0';
    set_variable(environment, launch.entries[index], value);
  }
  snprintf(text, sizeof text, "%u", port);
  set_variable(environment, "PORT", text);
  set_default(environment, "PATH", "/usr/bin");
  set_default(environment, "HOME", "/tmp");
  set_default(environment, "TMPDIR", "/tmp");
  set_default(environment, "NODE_ENV", "production");
  set_default(environment, "SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt");
  preload_keep_alive(environment);
}
