/* The serial console: init's own lines and the application's output. */
#include "init.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static bool at_line_start = true;

double uptime_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Bytes leave as the application wrote them, without a carriage return before each line feed. */
void open_console(void) {
  struct termios terminal;
  if (tcgetattr(STDOUT_FILENO, &terminal) != 0) return;
  terminal.c_oflag &= (tcflag_t)~OPOST;
  tcsetattr(STDOUT_FILENO, TCSANOW, &terminal);
}

void write_console(const char *bytes, size_t length) {
  if (length == 0) return;
  at_line_start = bytes[length - 1] == '\n';
  while (length > 0) {
    ssize_t written = write(STDOUT_FILENO, bytes, length);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes += written;
    length -= (size_t)written;
  }
}

void say(const char *format, ...) {
  char line[1024];
  /* An application that prints half a line must not hide init's message behind it. */
  int start = snprintf(line, sizeof line, "%skiln: ", at_line_start ? "" : "\n");
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line + start, sizeof line - (size_t)start - 1, format, arguments);
  va_end(arguments);
  strcat(line, "\n");
  write_console(line, strlen(line));
}
