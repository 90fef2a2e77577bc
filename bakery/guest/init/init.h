/* What the parts of the machine's init offer each other. Every part is one file of the same name. */
#ifndef KILN_INIT_H
#define KILN_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* console.c: everything a person will ever see of a machine that does not answer. */
double uptime_seconds(void);
void open_console(void);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void write_console(const char *bytes, size_t length);

/* files.c: small files of /proc, /sys and the app layer. */
ssize_t read_file(const char *path, char *buffer, size_t size);
bool write_file(const char *path, const char *text);

/* power.c: the ways a machine ends and the button that asks for it. */
void power_off(void) __attribute__((noreturn));
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
struct power_button {
  int devices[8];
  size_t count;
};
void open_power_button(struct power_button *button, int dev_directory);
bool power_button_pressed(int device);

/* modules.c: kernel modules, only those that this machine's devices need. */
void load_boot_modules(void);
int open_module(const char *name);
void load_opened_module(int module, const char *name);

/* disk.c: the partitions of the machine's own disk. */
struct disk {
  char runtime[64];
  char app[64];
};
void find_disk(struct disk *disk);

/* root.c: the root file system that the application sees. */
void mount_kernel_file_systems(void);
void mount_root(const struct disk *disk);
void enter_root(void);
void harden_kernel(void);

/* dhcp.c and network.c: one address on the first network card. */
struct lease {
  uint32_t address, netmask, router, dns[4], server; /* network byte order, 0 = none */
  size_t dns_count;
  unsigned mtu; /* bytes, 0 = none */
  char domain[256];
};
bool request_lease(const char *interface, struct lease *lease, double deadline);
bool start_network(double deadline);

/* http.c: the few requests that the metadata service needs, over one connection. */
struct http_connection {
  int socket; /* -1 = closed */
  int timeout_seconds; /* to connect, and for each part of an answer */
};
int http_request(struct http_connection *connection, const char *method, const char *path, const char *header,
                 char *body, size_t size);

/* metadata.c: who this machine is, from the instance metadata service (IMDSv2). */
#define USER_DATA_BYTES 16384 /* EC2's limit before base64 */
struct metadata {
  /* A tag's value has at most 256 characters, in UTF-8 up to four bytes each. */
  char instance_id[64], zone[64], environment[1025], app[1025], release[1025];
  char user_data[USER_DATA_BYTES + 1];
};
bool read_metadata(struct metadata *metadata, double deadline);
bool read_tag(const char *tag, char *value, size_t size, double deadline);

/* environment.c: the application's environment variables. */
struct environment {
  char *entries[1024]; /* NAME=value, ends with NULL */
  size_t count;
};
const char *get_variable(const struct environment *environment, const char *name);
void set_variable(struct environment *environment, const char *name, const char *value);
void add_variables(struct environment *environment, char *text, const char *source);
void build_environment(struct environment *environment, struct metadata *metadata, unsigned port);

/* process.c: the description of the application's process and its start. */
struct process {
  char text[65536];
  char *argv[256];
  unsigned port;
};
void read_process(struct process *process);
pid_t start_app(const struct process *process, const struct environment *environment, int *output);

/* listening.c: which TCP ports the machine listens on. */
enum listening { LISTENS_NOWHERE, LISTENS_ELSEWHERE, LISTENS };
enum listening app_listening(unsigned port, char *elsewhere, size_t size);

/* dead_man.c: when the machine ends itself although nobody asks it to. */
double read_max_uptime(const struct environment *environment, const char *instance_id);
double kept_until(double now);

/* supervise.c: the machine's life from the application's start to its end. */
struct supervision {
  pid_t app;
  int output; /* read end of the application's stdout and stderr */
  unsigned port;
  double max_uptime; /* seconds since boot, 0 = none */
  int dev_directory; /* devtmpfs, which the application does not see */
  int button_module, evdev_module;
};
void supervise(const struct supervision *supervision) __attribute__((noreturn));

#endif
