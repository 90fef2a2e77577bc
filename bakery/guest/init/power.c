/* The end of a machine, and the ACPI power button by which EC2 and QEMU ask for it. */
#include "init.h"

#include <fcntl.h>
#include <linux/input.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

void power_off(void) {
  /* The last line says why the machine ended: let it leave the serial port first. */
  tcdrain(STDOUT_FILENO);
  reboot(RB_POWER_OFF);
  for (;;) pause();
}

void fail(const char *format, ...) {
  char reason[768];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reason, sizeof reason, format, arguments);
  va_end(arguments);
  say("boot failed at %.2f s: %s", uptime_seconds(), reason);
  power_off();
}

void open_power_button(struct power_button *button, int dev_directory) {
  button->count = 0;
  for (int number = 0; number < (int)ARRAY_LENGTH(button->devices); number++) {
    char path[32];
    snprintf(path, sizeof path, "input/event%d", number);
    int device = openat(dev_directory, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (device >= 0) button->devices[button->count++] = device;
  }
}

bool power_button_pressed(int device) {
  struct input_event event;
  bool pressed = false;
  while (read(device, &event, sizeof event) == (ssize_t)sizeof event) {
    if (event.type == EV_KEY && event.code == KEY_POWER && event.value == 1) pressed = true;
  }
  return pressed;
}
