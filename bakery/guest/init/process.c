/* The application's process: how it is described in the app layer, and its start with nothing but its own rights. */
#define _GNU_SOURCE
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DESCRIPTION "/app/.kiln/process"
#define APP_ID 1000 /* user and group `app` in the runtime's /etc/passwd */
#define MAX_OPEN_FILES 65536
#define MAX_PROCESSES 4096

void read_process(struct process *process) {
  size_t count = 0;
  process->port = 0;
  if (read_file(DESCRIPTION, process->text, sizeof process->text) < 0)
    fail("%s cannot be read: %s", DESCRIPTION, strerror(errno));
  char *text = process->text, *line = strsep(&text, "\n");
  if (strcmp(line, "kiln-process 1") != 0)
    fail("%s starts with \"%.40s\", needed \"kiln-process 1\"", DESCRIPTION, line);
  while ((line = strsep(&text, "\n")) != NULL) {
    if (strncmp(line, "arg ", 4) == 0) {
      if (count == ARRAY_LENGTH(process->argv) - 1) fail("%s has more than %zu arguments", DESCRIPTION, count);
      process->argv[count++] = line + 4;
    } else if (strncmp(line, "port ", 5) == 0) {
      process->port = (unsigned)strtoul(line + 5, NULL, 10);
    } else if (*line != '\0') {
      fail("%s has the line \"%.40s\", needed \"arg ...\" or \"port ...\"", DESCRIPTION, line);
    }
  }
  process->argv[count] = NULL;
  if (count == 0) fail("%s names no program", DESCRIPTION);
  if (process->port == 0 || process->port > 65535) fail("%s names no port from 1 to 65535", DESCRIPTION);
}

static void limit(int resource, rlim_t value) {
  struct rlimit limits = {.rlim_cur = value, .rlim_max = value};
  setrlimit(resource, &limits);
}

static bool drop_rights(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {0};
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  gid_t group = APP_ID;
  return setgroups(1, &group) == 0 && setresgid(APP_ID, APP_ID, APP_ID) == 0 && setresuid(APP_ID, APP_ID, APP_ID) == 0 &&
         syscall(SYS_capset, &header, none) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static void run_app(const struct process *process, const struct environment *environment, int output) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  int input = open("/dev/null", O_RDONLY);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (input > STDERR_FILENO) close(input);
  limit(RLIMIT_NOFILE, MAX_OPEN_FILES);
  limit(RLIMIT_NPROC, MAX_PROCESSES);
  limit(RLIMIT_CORE, 0);
  umask(022);
  if (chdir("/app") != 0 || !drop_rights())
    dprintf(STDERR_FILENO, "kiln: the rights of the app cannot be dropped: %s\n", strerror(errno));
  else {
    execve(process->argv[0], process->argv, environment->entries);
    dprintf(STDERR_FILENO, "kiln: %s cannot be started: %s\n", process->argv[0], strerror(errno));
  }
  _exit(127);
}

/* The application writes into a pipe, not to the console: it is no terminal, and nobody may reconfigure it. */
pid_t start_app(const struct process *process, const struct environment *environment, int *output) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("making the pipe of the app: %s", strerror(errno));
  pid_t app = fork();
  if (app < 0) fail("starting the app: %s", strerror(errno));
  if (app == 0) run_app(process, environment, ends[1]);
  close(ends[1]);
  *output = ends[0];
  return app;
}
