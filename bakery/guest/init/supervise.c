/* Watches over the application: passes on its output, says where it listens, asks it to stop, and ends the machine with it. */
#define _GNU_SOURCE
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define LISTEN_POLL_SECONDS 0.05
#define SLOW_LISTEN_POLL_SECONDS 0.5
#define FIRST_COMPLAINT_SECONDS 5
#define COMPLAINT_SECONDS 10
#define STOP_GRACE_SECONDS 30
#define KILL_GRACE_SECONDS 10 /* a process that waits for a dead disk cannot even be killed */
#define BUTTON_LATEST_SECONDS 3 /* after the start, even if the application does not listen yet */

struct watch {
  const struct supervision *supervision;
  struct power_button button;
  /* Uptime in seconds; max_uptime 0 = none, kill_at 0 = not asked to stop. */
  double started, next_look, next_complaint, max_uptime, kill_at;
  bool listening, button_ready, killed;
};

static void pass_on_output(int output) {
  static char buffer[16384];
  /* At most what a full pipe holds, so that endless output cannot keep init from the rest of its work. */
  for (int reads = 0; reads < 4; reads++) {
    ssize_t length = read(output, buffer, sizeof buffer);
    if (length <= 0) return;
    write_console(buffer, (size_t)length);
  }
}

static void prepare_button(struct watch *watch) {
  if (watch->button_ready) return;
  watch->button_ready = true;
  load_opened_module(watch->supervision->evdev_module, "evdev");
  load_opened_module(watch->supervision->button_module, "button");
  open_power_button(&watch->button, watch->supervision->dev_directory);
  if (!write_file("/proc/sys/kernel/modules_disabled", "1")) say("kernel modules stay enabled");
}

static void look_for_listening(struct watch *watch, double now) {
  char elsewhere[80] = "";
  unsigned port = watch->supervision->port;
  enum listening listening = app_listening(port, elsewhere, sizeof elsewhere);
  watch->next_look = now + (now - watch->started < FIRST_COMPLAINT_SECONDS ? LISTEN_POLL_SECONDS : SLOW_LISTEN_POLL_SECONDS);
  if (listening == LISTENS) {
    watch->listening = true;
    say("app listens on port %u after %.3f s", port, now - watch->started);
  } else if (now >= watch->next_complaint) {
    watch->next_complaint = now + COMPLAINT_SECONDS;
    if (listening == LISTENS_ELSEWHERE)
      say("app listens on %s, expected 0.0.0.0:%u", elsewhere, port);
    else
      say("app does not listen on any port, expected %u", port);
  }
}

static void ask_to_stop(struct watch *watch, const char *reason) {
  if (watch->kill_at != 0) return;
  say("stopping the app at %.2f s: %s", uptime_seconds(), reason);
  watch->kill_at = uptime_seconds() + STOP_GRACE_SECONDS;
  kill(watch->supervision->app, SIGTERM);
}

/* How often the kernel has killed a process of this machine because memory ran out. */
static unsigned long out_of_memory_kills(void) {
  static char text[16384];
  unsigned long count = 0;
  if (read_file("/proc/vmstat", text, sizeof text) <= 0) return 0;
  const char *line = strstr(text, "\noom_kill ");
  if (line != NULL) sscanf(line, "\noom_kill %lu", &count);
  return count;
}

static void report_end(const struct watch *watch, int status) {
  double seconds = uptime_seconds() - watch->started;
  pass_on_output(watch->supervision->output);
  if (!WIFSIGNALED(status))
    say("app exited with status %d after %.1f s", WEXITSTATUS(status), seconds);
  else if (WTERMSIG(status) == SIGKILL && !watch->killed && out_of_memory_kills() > 0)
    say("app killed by signal 9 (SIGKILL) after %.1f s: the machine ran out of memory", seconds);
  else
    say("app killed by signal %d (SIG%s) after %.1f s", WTERMSIG(status), sigabbrev_np(WTERMSIG(status)), seconds);
  say("powering off at %.2f s", uptime_seconds());
}

/* Init inherits every orphan of the machine; only the application's own end matters. */
static void reap(const struct watch *watch) {
  int status;
  pid_t process;
  while ((process = waitpid(-1, &status, WNOHANG)) > 0) {
    if (process != watch->supervision->app) continue;
    report_end(watch, status);
    power_off();
  }
}

static bool is_dead_man_armed(const struct watch *watch) {
  return watch->max_uptime > 0 && watch->kill_at == 0;
}

static void act_on_max_uptime(struct watch *watch, double now) {
  double kept = kept_until(now);
  char reason[100];
  snprintf(reason, sizeof reason, "the machine reached its maximum uptime of %.0f s (dead-man timer)", watch->max_uptime);
  if (kept > 0)
    watch->max_uptime = kept;
  else
    ask_to_stop(watch, reason);
}

static void act_on_time(struct watch *watch, double now) {
  if (!watch->listening && now >= watch->next_look) look_for_listening(watch, now);
  if (watch->listening || now - watch->started >= BUTTON_LATEST_SECONDS) prepare_button(watch);
  if (is_dead_man_armed(watch) && now >= watch->max_uptime) act_on_max_uptime(watch, now);
  if (watch->kill_at != 0 && now >= watch->kill_at && !watch->killed) {
    say("app did not stop within %d s: killing it", STOP_GRACE_SECONDS);
    watch->killed = true;
    kill(-1, SIGKILL);
  }
  if (watch->killed && now >= watch->kill_at + KILL_GRACE_SECONDS) {
    say("app cannot be killed: powering off at %.2f s", now);
    power_off();
  }
}

static int milliseconds_to_next(const struct watch *watch, double now) {
  double next = now + 60;
  if (!watch->listening && watch->next_look < next) next = watch->next_look;
  if (is_dead_man_armed(watch) && watch->max_uptime < next) next = watch->max_uptime;
  double kill_at = watch->kill_at + (watch->killed ? KILL_GRACE_SECONDS : 0);
  if (watch->kill_at != 0 && kill_at < next) next = kill_at;
  return next <= now ? 0 : (int)((next - now) * 1000) + 1;
}

static int open_signals(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  return signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

void supervise(const struct supervision *supervision) {
  double now = uptime_seconds();
  struct watch watch = {.supervision = supervision,
                        .started = now,
                        .next_look = now,
                        .next_complaint = now + FIRST_COMPLAINT_SECONDS,
                        .max_uptime = supervision->max_uptime};
  int signals = open_signals();
  bool output_open = true;
  fcntl(supervision->output, F_SETFL, O_NONBLOCK);
  reap(&watch); /* the application may have ended before its signal was caught */
  for (;;) {
    struct pollfd polled[2 + ARRAY_LENGTH(watch.button.devices)] = {
        {.fd = signals, .events = POLLIN},
        {.fd = output_open ? supervision->output : -1, .events = POLLIN},
    };
    size_t buttons = watch.button.count;
    for (size_t index = 0; index < buttons; index++)
      polled[2 + index] = (struct pollfd){.fd = watch.button.devices[index], .events = POLLIN};
    poll(polled, 2 + buttons, milliseconds_to_next(&watch, now));
    now = uptime_seconds();
    if (polled[1].revents != 0) {
      pass_on_output(supervision->output);
      /* Closed by the application and its children: polling it again would spin. */
      if ((polled[1].revents & POLLIN) == 0) output_open = false;
    }
    struct signalfd_siginfo signal;
    while (read(signals, &signal, sizeof signal) == (ssize_t)sizeof signal) {
      if (signal.ssi_signo != SIGCHLD) ask_to_stop(&watch, "init was asked to end");
    }
    reap(&watch);
    for (size_t index = 0; index < buttons; index++) {
      if (polled[2 + index].revents != 0 && power_button_pressed(watch.button.devices[index]))
        ask_to_stop(&watch, "the power button was pressed");
    }
    act_on_time(&watch, now);
  }
}
