/* The dead-man timer: a machine that nobody replaced ends itself, although the control plane may be gone. */
#include "init.h"

#include <stdlib.h>

#define LONGEST_SECONDS 1e9 /* 31 years */
#define KEEP_TAG "kiln:keep"
#define ASK_SECONDS 1
#define SHORTEST_KEEP_SECONDS 30 /* so that the metadata service is not asked all the time */
#define LONGEST_KEEP_SECONDS 3600 /* so that a tag that was taken off or is nonsense does not count for long */

/* FNV-1a, then MurmurHash3's finish: ids that differ in their last digit only are spread over the whole range. */
static uint64_t hash(const char *text) {
  uint64_t value = 0xcbf29ce484222325u;
  for (; *text != '\0'; text++) value = (value ^ (unsigned char)*text) * 0x100000001b3u;
  value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdu;
  value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53u;
  return value ^ (value >> 33);
}

/* Leaves `seconds` alone when the text is no number of them. */
static bool parse_seconds(const char *text, double *seconds) {
  char *end;
  double value = strtod(text, &end);
  bool valid = end != text && *end == '\0' && value >= 0 && value <= LONGEST_SECONDS;
  if (valid) *seconds = value;
  return valid;
}

static double read_seconds(const struct environment *environment, const char *name) {
  const char *text = get_variable(environment, name);
  double seconds = 0;
  if (text != NULL && !parse_seconds(text, &seconds)) say("%s is not a number of seconds and was ignored", name);
  return seconds;
}

/*
 * Machines that booted together must not end together, so each adds its own share of the jitter: the same one whenever it
 * boots, never less than what it was given.
 */
double read_max_uptime(const struct environment *environment, const char *instance_id) {
  double seconds = read_seconds(environment, "KILN_MAX_UPTIME_SECONDS");
  double jitter = read_seconds(environment, "KILN_MAX_UPTIME_JITTER_SECONDS");
  if (seconds == 0) return 0;
  double limit = seconds + (double)(hash(instance_id) % ((uint64_t)jitter + 1));
  say("dead-man timer: the machine ends itself at %.0f s", limit);
  return limit;
}

/*
 * Asked when the timer is due: until which uptime the machine goes on nevertheless, because the control plane is there and says
 * that it leaves it serving. 0 = it does not say so, or nobody answers.
 */
double kept_until(double now) {
  char text[32];
  double until = 0;
  if (!read_tag(KEEP_TAG, text, sizeof text, now + ASK_SECONDS) || !parse_seconds(text, &until) || until <= now) return 0;
  if (until < now + SHORTEST_KEEP_SECONDS) until = now + SHORTEST_KEEP_SECONDS;
  if (until > now + LONGEST_KEEP_SECONDS) until = now + LONGEST_KEEP_SECONDS;
  say("dead-man timer: the machine is kept and ends itself at %.0f s", until);
  return until;
}
