/* Process 1 of the machine, and its only program besides the application's runtime: boots, starts the app, ends with it. */
#define _GNU_SOURCE
#include "init.h"

#include <fcntl.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#define NETWORK_SECONDS 60
#define METADATA_SECONDS 30

static struct metadata metadata;
static struct process process;
static struct environment environment;

static void learn_identity(void) {
  if (start_network(uptime_seconds() + NETWORK_SECONDS) && read_metadata(&metadata, uptime_seconds() + METADATA_SECONDS))
    say("metadata read at %.2f s: instance %s in %s", uptime_seconds(), metadata.instance_id, metadata.zone);
  else if (metadata.instance_id[0] != '\0')
    /* Half an identity would start the app with another environment's settings. */
    fail("the metadata service of instance %s stopped answering", metadata.instance_id);
  else
    say("no metadata at %.2f s: starting the app with defaults", uptime_seconds());
  if (metadata.instance_id[0] != '\0') sethostname(metadata.instance_id, strlen(metadata.instance_id));
}

int main(void) {
  open_console();
  say("init started at %.2f s", uptime_seconds());
  reboot(RB_DISABLE_CAD); /* Ctrl-Alt-Del then is a signal to init instead of an immediate reset */
  umask(0);
  mount_kernel_file_systems();
  load_boot_modules();

  struct disk disk;
  find_disk(&disk);
  mount_root(&disk);
  struct supervision supervision = {
      .dev_directory = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC),
      .button_module = open_module("button"),
      .evdev_module = open_module("evdev"),
  };
  learn_identity();
  enter_root();

  read_process(&process);
  build_environment(&environment, &metadata, process.port);
  harden_kernel();
  supervision.max_uptime = read_max_uptime(&environment, metadata.instance_id);
  supervision.port = process.port;
  supervision.app = start_app(&process, &environment, &supervision.output);
  say("app started at %.2f s: %s as %s release %s", uptime_seconds(), process.argv[0],
      get_variable(&environment, "KILN_ENV"), get_variable(&environment, "KILN_RELEASE"));
  supervise(&supervision);
}
