/* Small files, read and written whole. */
#include "init.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Reads at most size - 1 bytes and ends them with NUL; -1 when the file cannot be read. */
ssize_t read_file(const char *path, char *buffer, size_t size) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  size_t length = 0;
  while (length < size - 1) {
    ssize_t got = read(file, buffer + length, size - 1 - length);
    if (got < 0) {
      close(file);
      return -1;
    }
    if (got == 0) break;
    length += (size_t)got;
  }
  close(file);
  buffer[length] = '\0';
  return (ssize_t)length;
}

bool write_file(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return false;
  size_t length = strlen(text);
  bool complete = write(file, text, length) == (ssize_t)length;
  close(file);
  return complete;
}
